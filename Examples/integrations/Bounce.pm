package Bounce;

# Perl's Email::Sender: one mail to each recipient, from a return path that names the recipient. Copy the folders may-mail, verp and
# integrations next to each other. The user that runs the program must be in the group that may read the ledger and the key.
use strict;
use warnings;
use Email::Sender::Simple ();
use File::Basename qw(dirname);
use File::Spec     ();

# Their functions are then of this package.
require(dirname(File::Spec->rel2abs(__FILE__)) . "/../$_") for 'may-mail/may_mail.pl', 'verp/return_path.pl';

# Dies if the ledger cannot be read: then nobody is mailed, and the job is tried again.
sub may_mail {
    my ($address) = @_;
    my $path = $ENV{BOUNCE_LEDGER} // '/var/lib/maildir-bounce/ledger.sqlite';
    our $ledger //= open_ledger($path);
    my @found = eval { suppression($ledger, $path, $address) };
    return 0 if $@ =~ /\Anot an address/;
    die $@   if $@;
    return !@found;
}

# The envelope sender for a mail to this one address.
sub return_path {
    my ($address) = @_;
    my $plain = $ENV{BOUNCE_RETURN_PATH} // 'bounce@bounce.example.com';
    my $key   = signing_key($ENV{BOUNCE_KEY} // '/etc/maildir-bounce.key');
    # No room for a tag: the report itself names the address.
    my $signed = eval { signed_return_path($key, $plain, $address) };
    die $@ if $@ && $@ !~ /too long/;
    return $signed // $plain;
}

# Sends an Email::Simple or Email::MIME to each of the addresses that may be mailed, and returns these.
sub send_to_each {
    my ($email, $transport, @addresses) = @_;
    my @mailed = grep { may_mail($_) } @addresses;
    Email::Sender::Simple->send($email, {transport => $transport, to => $_, from => return_path($_)}) for @mailed;
    return @mailed;
}

1;
