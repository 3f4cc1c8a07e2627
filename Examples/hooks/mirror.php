#!/usr/bin/env php
<?php
/* Keeps a table of MySQL, MariaDB or SQLite equal to what the ledger suppresses: mirror.php FILE

    [[hook]]
    name = "shop"
    command = ["/usr/local/lib/maildir-bounce/mirror.php", "/etc/maildir-bounce-shop.json"]

The file says where the table is; nobody but the hook's user may read it:

    {"dsn": "mysql:host=db.example.com;dbname=shop;charset=utf8mb4", "user": "bounces", "password": "SECRET"}

In the table suppressed, name is an address or a domain (.evil.example: every domain below it), and stream is the only
mailing that the row is about, or ''. The rows and the number of the last change are committed together: each change
counts once, whatever is killed and whenever. If anything is wrong, nothing is committed and the status is not 0. */

fileperms($argv[1]) & 07 and exit_with("$argv[1] is open to other users: chmod o= $argv[1]");
$to = json_decode(file_get_contents($argv[1]), false, 2, JSON_THROW_ON_ERROR);
$db = new PDO($to->dsn, $to->user ?? null, $to->password ?? null, [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION,
    PDO::ATTR_EMULATE_PREPARES => false, PDO::ATTR_TIMEOUT => 60]);
// Bytes, so that no collation takes two addresses for one.
[$text, $long, $options, $ignore] = $db->getAttribute(PDO::ATTR_DRIVER_NAME) == 'mysql'
    ? ['VARBINARY(320)', 'VARBINARY(1024)', 'ENGINE=InnoDB', 'IGNORE'] : ['TEXT', 'TEXT', '', 'OR IGNORE'];
$db->exec("CREATE TABLE IF NOT EXISTS suppressed (name $text NOT NULL, stream $long NOT NULL, cause $text, reason $long,
    address_key $text, PRIMARY KEY (name, stream)) $options");
$db->exec("CREATE TABLE IF NOT EXISTS feed (id INTEGER PRIMARY KEY, epoch $text, number BIGINT) $options");
$db->exec("INSERT $ignore INTO feed VALUES (1, '', 0)");

$db->beginTransaction();
// A lock, before the first line is read, so that a mirror that is still at work commits first.
$db->exec('UPDATE feed SET number = number');
[$epoch, $number] = $db->query('SELECT epoch, number FROM feed')->fetch(PDO::FETCH_NUM);
$put = $db->prepare('REPLACE INTO suppressed VALUES (?, ?, ?, ?, ?)');
$drop = $db->prepare('DELETE FROM suppressed WHERE name = ? AND stream = ?');
$erase = $db->prepare('DELETE FROM suppressed WHERE address_key = ?');
$inSnapshot = false;
while (($line = fgets(STDIN)) !== false) {
    str_ends_with($line, "\n") or exit_with('the last line is cut');
    $row = json_decode($line, true, 8, JSON_THROW_ON_ERROR);
    [$change, $name, $stream] = [$row['change'], $row['address'] ?? $row['domain'] ?? null, $row['stream'] ?? ''];
    if ($change == 'begin') {
        $inSnapshot = true;
        $db->exec('DELETE FROM suppressed');
        continue;
    }
    $inSnapshot || $row['epoch'] === $epoch
        or exit_with('the feed has a new epoch: begin again with maildir-bounce hook reset NAME');
    if ($change == 'complete') {
        $row['epoch'] === $epoch && $row['number'] < $number
            and exit_with('the table is newer; after a backup was restored: maildir-bounce changes --new-epoch');
        [$inSnapshot, $epoch] = [false, $row['epoch']];
    } elseif (!$inSnapshot && $row['number'] <= $number) {
        continue;
    } elseif ($change == 'suppressed') {
        $put->execute([$name, $stream, $row['cause'] ?? null, $row['reason'] ?? null, $row['key'] ?? null]);
    } elseif ($change == 'erased') {
        $erase->execute([$row['key']]);
    } else { // released, lapsed, held
        $drop->execute([$name, $stream]);
    }
    $number = $row['number'] ?? $number;
}
$inSnapshot and exit_with('the snapshot is not complete');
$db->prepare('UPDATE feed SET epoch = ?, number = ?')->execute([$epoch, $number]);
$db->commit();

function exit_with(string $why): never { fwrite(STDERR, "$why\n"); exit(1); }
