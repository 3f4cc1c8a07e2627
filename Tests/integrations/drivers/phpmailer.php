<?php
// PORT ADDRESS…
use PHPMailer\PHPMailer\PHPMailer;

require '/usr/share/php/libphp-phpmailer/autoload.php';
require __DIR__ . '/../../../Examples/integrations/phpmailer.php';
$mail = new PHPMailer(true);
$mail->isSMTP();
[$mail->Host, $mail->Port, $mail->SMTPAutoTLS] = ['127.0.0.1', (int) $argv[1], false];
$mail->setFrom('news@news.example', 'News');
[$mail->Subject, $mail->Body] = ['News', "Hello\n"];
send_to_each($mail, array_slice($argv, 2));
