# PORT ADDRESS…
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../../../Examples/integrations";
use Bounce;
use Email::Sender::Transport::SMTP;
use Email::Simple;

my ($port, @addresses) = @ARGV;
my $email = Email::Simple->create(
    header => [From => 'News <news@news.example>', To => 'undisclosed-recipients:;', Subject => 'News'], body => "Hello\n");
Bounce::send_to_each($email, Email::Sender::Transport::SMTP->new({host => '127.0.0.1', port => $port}), @addresses);
