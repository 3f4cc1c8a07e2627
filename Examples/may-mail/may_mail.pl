#!/usr/bin/env perl
# May these addresses be mailed? Asks the ledger of maildir-bounce, also while a scan writes it.
#
#     may_mail.pl LEDGER ADDRESS…        or one address a line on standard input
#
# Prints "ADDRESS<tab>yes" or "ADDRESS<tab>no<tab>REASON<tab>SINCE". Exit status: 0 all may be mailed, 1 some may not, 65
# something is no address, 66 there is no ledger or no right to read it, 75 try again later. docs/interface.md describes what is
# read. Another script may require this file for its functions (Examples/integrations/Bounce.pm).
#
# Addresses with quotes, with letters beyond ASCII or at an IP address have to be brought into their one form by
# maildir-bounce itself: for these `maildir-bounce check` is run (MAILDIR_BOUNCE says where it is).
use strict;
use warnings;
use DBD::SQLite::Constants qw(:file_open);    # Debian: libdbd-sqlite3-perl
use DBI;
use Digest::SHA qw(hmac_sha256);
use Errno qw(EACCES);

use constant BUSY_MILLISECONDS => 10_000;
use constant DOMAIN => q{
    SELECT reason, since FROM suppressed_domain WHERE domain = ?1 OR (substr(domain, 1, 1) = '.'
    AND length(?1) > length(domain) AND substr(?1, length(?1) - length(domain) + 1) = domain)};

# Read-only; waits where another program writes.
sub open_ledger {
    my ($path) = @_;
    for my $file ($path, "$path-wal", "$path-shm") {
        next if open my $handle, '<', $file;
        die "no ledger: no right to read $file: put this user into the group of the ledger (adduser www-data bounce), and start its "
            . "programs again\n"
            if $! == EACCES;
        die "no ledger: there is no ledger $path\n" if $file eq $path;
    }
    my $ledger = DBI->connect("dbi:SQLite:dbname=$path", '', '',
        { RaiseError => 1, PrintError => 0, sqlite_open_flags => SQLITE_OPEN_READONLY });
    $ledger->sqlite_busy_timeout(BUSY_MILLISECONDS);
    return $ledger;
}

# The form under which the ledger keeps an address; undef where maildir-bounce has to be asked. Dies with "not an address".
sub canonical {
    my ($address) = @_;
    $address =~ s/\A[ \t\r\n\x0B\f]+|[ \t\r\n\x0B\f]+\z//g;
    $address =~ s/\A<(.*)>\z/$1/s;
    return undef if $address =~ /[^\x00-\x7F]|["\[]/;
    my ($local, $domain) =
        lc($address) =~ m{\A([a-z0-9.!#\$%&'*+/=?^_`{|}~-]{1,256})\@((?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63})\.?\z};
    die "not an address: $address is no mail address\n"
        if !defined $domain || length $domain > 255 || length($local) + 1 + length($domain) > 320;
    return "$local\@$domain";
}

# Why an address must be left out, as (reason, since); nothing where it may be mailed.
sub suppression {
    my ($ledger, $path, $address) = @_;
    my $form = canonical($address);
    return ask($path, $address) if !defined $form;
    my @row = $ledger->selectrow_array('SELECT reason, since FROM suppressed WHERE address = ?', undef, $form);
    return @row if @row;
    # Domains that are suppressed as a whole.
    @row = $ledger->selectrow_array(DOMAIN, undef, $form =~ /.*\@(.*)/);
    return @row if @row;
    # Suppressed addresses whose history was erased: only a keyed hash of each is left.
    my ($key) = $ledger->selectrow_array(q{SELECT value FROM setting WHERE name = 'forget-key'});
    return if !defined $key;
    my $find = $ledger->prepare(q{
        SELECT term.text, strftime('%Y-%m-%dT%H:%M:%SZ', since, 'unixepoch') FROM forgotten JOIN term ON term.id = reason
        WHERE hash = ? AND (until IS NULL OR until > CAST(strftime('%s', 'now') AS INTEGER))});
    $find->bind_param(1, hmac_sha256($form, $key), DBI::SQL_BLOB());
    $find->execute;
    @row = $find->fetchrow_array;
    return @row;
}

sub ask {
    my ($path, $address) = @_;
    my $program = $ENV{MAILDIR_BOUNCE} // 'maildir-bounce';
    open my $answer, '-|', $program, 'check', '--ledger', $path, '--', $address or die "cannot run $program: $!\n";
    my $line = <$answer> // '';
    close $answer;
    chomp $line;
    my $status = $? >> 8;
    return if $status == 0;
    return ($line, '') if $status == 1;
    die "not an address: $address is no mail address\n" if $status == 65;
    die "$program check left with status $status\n";
}

return 1 if caller;
my ($path, @addresses) = @ARGV;
defined $path or die "usage: may_mail.pl LEDGER ADDRESS…\n";
my $status = 0;
my $ledger = eval { open_ledger($path) };
if ($@ =~ /\Ano ledger: (.*)/s) {
    print STDERR $1;
    exit 66;
}
my $next = @addresses ? sub { shift @addresses } : sub { my $line = <STDIN>; $line =~ s/\r?\n\z// if defined $line; $line };
while (defined(my $address = $next->())) {
    my @found = eval { $ledger or die "$DBI::errstr\n"; suppression($ledger, $path, $address) };
    if ($@ =~ /\Anot an address: (.*)/s) {
        print STDERR $1;
        $status = 65;
        next;
    }
    if ($@) {
        print STDERR "the ledger cannot be read now: $@";
        exit 75;
    }
    print join("\t", $address, @found ? ('no', @found) : 'yes'), "\n";
    $status = 1 if @found && $status == 0;
}
exit $status;
