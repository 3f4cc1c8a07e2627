<?php
// May these addresses be mailed? Asks the ledger of maildir-bounce, also while a scan writes it.
//
//     php may_mail.php LEDGER ADDRESS…        or one address a line on standard input
//
// Prints "ADDRESS<tab>yes" or "ADDRESS<tab>no<tab>REASON<tab>SINCE". Exit status: 0 all may be mailed, 1 some may not, 65
// something is no address, 66 there is no ledger or no right to read it, 75 try again later. docs/interface.md describes what is
// read. Another script may include this file for its functions (Examples/integrations/bounce.php).
//
// Addresses with quotes, with letters beyond ASCII or at an IP address have to be brought into their one form by
// maildir-bounce itself: for these `maildir-bounce check` is run (MAILDIR_BOUNCE says where it is).
declare(strict_types=1);

namespace MaildirBounce;

use PDO;
use PDOException;
use RuntimeException;

const BUSY_SECONDS = 10;
const DOMAIN = "
    SELECT reason, since FROM suppressed_domain WHERE domain = :domain OR (substr(domain, 1, 1) = '.'
    AND length(:domain) > length(domain) AND substr(:domain, length(:domain) - length(domain) + 1) = domain)";

final class NotAnAddress extends RuntimeException
{
}

final class NoLedger extends RuntimeException
{
}

/** Read-only; waits where another program writes. Debian: php-sqlite3. */
function open_ledger(string $path): PDO
{
    foreach ([$path, "$path-wal", "$path-shm"] as $file) {
        $handle = @fopen($file, 'rb');
        if ($handle !== false) {
            fclose($handle);
        } elseif (str_ends_with(error_get_last()['message'] ?? '', 'Permission denied')) {
            throw new NoLedger("no right to read $file: put this user into the group of the ledger (adduser www-data bounce), and "
                . 'start the web server or PHP-FPM again');
        } elseif ($file === $path) {
            throw new NoLedger("there is no ledger $path");
        }
    }
    return new PDO("sqlite:$path", null, null, [
        PDO::SQLITE_ATTR_OPEN_FLAGS => PDO::SQLITE_OPEN_READONLY,
        PDO::ATTR_TIMEOUT => BUSY_SECONDS,
        PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION,
    ]);
}

/** The form under which the ledger keeps an address; null where maildir-bounce has to be asked. */
function canonical(string $address): ?string
{
    $address = trim($address, " \t\r\n\v\f");
    if (strlen($address) > 1 && $address[0] === '<' && substr($address, -1) === '>') {
        $address = substr($address, 1, -1);
    }
    if (preg_match('/[^\x00-\x7F]|["\[]/', $address)) {
        return null;
    }
    // No strtolower(): before PHP 8.2 it depends on the locale.
    $address = strtr($address, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz');
    $pattern = '{\A([a-z0-9.!#$%&\'*+/=?^_`\{|\}~-]{1,256})@((?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63})\.?\z}';
    if (!preg_match($pattern, $address, $found) || strlen($found[2]) > 255
        || strlen($found[1]) + 1 + strlen($found[2]) > 320) {
        throw new NotAnAddress("$address is no mail address");
    }
    return "$found[1]@$found[2]";
}

/** Why an address must be left out, as [reason, since]; null where it may be mailed. */
function suppression(PDO $ledger, string $path, string $address): ?array
{
    $form = canonical($address);
    if ($form === null) {
        return ask($path, $address);
    }
    $query = $ledger->prepare('SELECT reason, since FROM suppressed WHERE address = ?');
    $query->execute([$form]);
    if ($row = $query->fetch(PDO::FETCH_NUM)) {
        return $row;
    }
    // Domains that are suppressed as a whole.
    $query = $ledger->prepare(DOMAIN);
    $query->execute(['domain' => substr(strrchr($form, '@'), 1)]);
    if ($row = $query->fetch(PDO::FETCH_NUM)) {
        return $row;
    }
    // Suppressed addresses whose history was erased: only a keyed hash of each is left.
    $key = $ledger->query("SELECT value FROM setting WHERE name = 'forget-key'")->fetchColumn();
    if ($key === false) {
        return null;
    }
    $query = $ledger->prepare(
        "SELECT term.text, strftime('%Y-%m-%dT%H:%M:%SZ', since, 'unixepoch') FROM forgotten
        JOIN term ON term.id = reason
        WHERE hash = ? AND (until IS NULL OR until > CAST(strftime('%s', 'now') AS INTEGER))"
    );
    $query->bindValue(1, hash_hmac('sha256', $form, $key, true), PDO::PARAM_LOB);
    $query->execute();
    return $query->fetch(PDO::FETCH_NUM) ?: null;
}

function ask(string $path, string $address): ?array
{
    $program = getenv('MAILDIR_BOUNCE') ?: 'maildir-bounce';
    $pipes = [];
    $process = proc_open([$program, 'check', '--ledger', $path, '--', $address], [1 => ['pipe', 'w']], $pipes);
    if ($process === false) {
        throw new RuntimeException("cannot run $program");
    }
    $answer = trim((string) stream_get_contents($pipes[1]));
    fclose($pipes[1]);
    $status = proc_close($process);
    switch ($status) {
        case 0:
            return null;
        case 1:
            return [$answer, ''];
        case 65:
            throw new NotAnAddress("$address is no mail address");
        default:
            throw new RuntimeException("$program check left with status $status");
    }
}

function addresses(array $given): iterable
{
    if ($given) {
        yield from $given;
        return;
    }
    while (($line = fgets(STDIN)) !== false) {
        yield rtrim($line, "\r\n");
    }
}

if (realpath($_SERVER['SCRIPT_FILENAME']) !== __FILE__) {
    return;
}
if ($argc < 2) {
    fwrite(STDERR, "usage: may_mail.php LEDGER ADDRESS…\n");
    exit(64);
}
$status = 0;
try {
    $ledger = open_ledger($argv[1]);
    foreach (addresses(array_slice($argv, 2)) as $address) {
        try {
            $found = suppression($ledger, $argv[1], $address);
        } catch (NotAnAddress $problem) {
            fwrite(STDERR, $problem->getMessage() . "\n");
            $status = 65;
            continue;
        }
        echo implode("\t", array_merge([$address], $found ? array_merge(['no'], $found) : ['yes'])), "\n";
        if ($found && $status === 0) {
            $status = 1;
        }
    }
} catch (NoLedger $problem) {
    fwrite(STDERR, $problem->getMessage() . "\n");
    exit(66);
} catch (PDOException | RuntimeException $problem) {
    fwrite(STDERR, "the ledger cannot be read now: {$problem->getMessage()}\n");
    exit(75);
}
exit($status);
