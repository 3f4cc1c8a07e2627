<?php
// Prints the signed envelope sender for a mail to ADDRESS:
//
//     php return_path.php KEYFILE RETURN-PATH ADDRESS [DAY]
//
// DAY, days since 1970, is for installations that set verp.expiry_days: intdiv(time(), 86400).

namespace MaildirBounce;

use LengthException;

function signed_return_path(string $key, string $return_path, string $address, ?int $day = null): string
{
    [$id, $secret] = explode(':', $key, 2);
    // A domain beyond ASCII goes through idn_to_ascii() first.
    $address = strtolower($address);
    $at = strrpos($address, '@');
    $local = preg_replace_callback(
        '/[^a-z0-9._-]|(?<=\.)\./',
        fn ($found) => sprintf('=%02x', ord($found[0])),
        substr($address, 0, $at)
    );
    $recipient = $local . '=' . substr($address, $at + 1);
    $head = $id . ($day === null ? '' : sprintf('%04x', $day));
    $signature = substr(hash_hmac('sha256', "$head:$recipient", $secret), 0, 12);
    $at = strrpos($return_path, '@');
    $sender = substr($return_path, 0, $at) . "+$head$signature+$recipient";
    if (strlen($sender) > 64) {
        throw new LengthException("$address: the tag is too long for a local part");
    }
    return $sender . substr($return_path, $at);
}

function signing_key(string $keyfile): string
{
    $lines = preg_grep('/^(#|$)/', file($keyfile, FILE_IGNORE_NEW_LINES), PREG_GREP_INVERT);
    return reset($lines); // the first one signs
}

if (realpath($_SERVER['SCRIPT_FILENAME']) !== __FILE__) {
    return; // included for its functions
}
[, $keyfile, $return_path, $address] = $argv;
$day = isset($argv[4]) ? (int) $argv[4] : null;
try {
    echo signed_return_path(signing_key($keyfile), $return_path, $address, $day), "\n";
} catch (LengthException $problem) {
    fwrite(STDERR, $problem->getMessage() . "\n");
    exit(65);
}
