<?php
// PHPMailer 6: one mail to each recipient, from a return path that names the recipient.
declare(strict_types=1);

use MaildirBounce\Bounce;
use PHPMailer\PHPMailer\PHPMailer;

require_once __DIR__ . '/bounce.php';

/** Sends the mail to each of the addresses that may be mailed, and returns these. */
function send_to_each(PHPMailer $mail, array $addresses): array
{
    $mailed = array_values(array_filter($addresses, Bounce::mayMail(...)));
    foreach ($mailed as $address) {
        $mail->clearAllRecipients();
        $mail->addAddress($address);
        $mail->Sender = Bounce::returnPath($address); // The envelope sender; From stays as it is.
        $mail->send();
    }
    return $mailed;
}
