#!/usr/bin/env perl
# Prints the signed envelope sender for a mail to ADDRESS:
#
#     perl return_path.pl KEYFILE RETURN-PATH ADDRESS [DAY]
#
# DAY, days since 1970, is for installations that set verp.expiry_days: int(time / 86400).
use strict;
use warnings;
use Digest::SHA qw(hmac_sha256_hex);

sub signed_return_path {
    my ($key, $return_path, $address, $day) = @_;
    my ($id, $secret) = split /:/, $key, 2;
    # Bytes, not characters; a domain beyond ASCII goes through Net::IDN::Encode first.
    $address =~ tr/A-Z/a-z/;
    my ($local, $domain) = $address =~ /^(.*)@(.*)$/s or die "$address: no address\n";
    $local =~ s/([^a-z0-9._-]|(?<=\.)\.)/sprintf '=%02x', ord $1/ge;
    my $recipient = "$local=$domain";
    my $head = $id . (defined $day ? sprintf('%04x', $day) : '');
    my $signature = substr hmac_sha256_hex("$head:$recipient", $secret), 0, 12;
    my ($name, $host) = $return_path =~ /^(.*)@(.*)$/ or die "$return_path: no address\n";
    my $sender = "$name+$head$signature+$recipient";
    die "$address: the tag is too long for a local part\n" if length $sender > 64;
    return "$sender\@$host";
}

sub signing_key {
    my ($keyfile) = @_;
    open my $file, '<', $keyfile or die "$keyfile: $!\n";
    chomp(my @keys = grep { !/^(#|$)/ } <$file>);
    return $keys[0];    # the first one signs
}

return 1 if caller;    # required for its functions
my ($keyfile, $return_path, $address, $day) = @ARGV;
print signed_return_path(signing_key($keyfile), $return_path, $address, $day), "\n";
