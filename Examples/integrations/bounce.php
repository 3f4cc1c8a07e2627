<?php
// What the recipes in PHP share: may an address be mailed, and from which return path? Copy the folders may-mail, verp and
// integrations next to each other. The user that runs PHP must be in the group that may read the ledger and the key.
declare(strict_types=1);

namespace MaildirBounce;

require_once __DIR__ . '/../may-mail/may_mail.php';
require_once __DIR__ . '/../verp/return_path.php';

final class Bounce
{
    private static function setting(string $name, string $default): string
    {
        return getenv($name) ?: $default;
    }

    /** Throws if the ledger cannot be read: then nobody is mailed, and the job is tried again. */
    public static function mayMail(string $address): bool
    {
        static $ledger = null;
        $path = self::setting('BOUNCE_LEDGER', '/var/lib/maildir-bounce/ledger.sqlite');
        $ledger ??= open_ledger($path);
        try {
            return suppression($ledger, $path, $address) === null;
        } catch (NotAnAddress) {
            return false;
        }
    }

    /** The envelope sender for a mail to this one address. */
    public static function returnPath(string $address): string
    {
        $plain = self::setting('BOUNCE_RETURN_PATH', 'bounce@bounce.example.com');
        try {
            return signed_return_path(signing_key(self::setting('BOUNCE_KEY', '/etc/maildir-bounce.key')), $plain, $address);
        } catch (\LengthException) {
            return $plain; // No room for a tag: the report itself names the address.
        }
    }
}
