<?php
/*
 * Plugin Name: maildir-bounce
 * Description: Sends no mail to suppressed addresses, and names the recipient in the return path.
 *
 * WordPress 5.7 and later: a file for wp-content/mu-plugins. Mail with several recipients goes to each of them alone; addresses
 * in Cc and Bcc are not asked about.
 */
declare(strict_types=1);

use MaildirBounce\Bounce;

require_once (getenv('BOUNCE_EXAMPLES') ?: '/usr/local/lib/maildir-bounce') . '/integrations/bounce.php';

// `false` makes wp_mail() return false, `null` lets it send.
add_filter('pre_wp_mail', function ($done, array $mail) {
    $to = is_array($mail['to']) ? $mail['to'] : explode(',', $mail['to']);
    if ($done !== null || count($to) > 1) {
        $each = fn ($one) => wp_mail($one, $mail['subject'], $mail['message'], $mail['headers'], $mail['attachments']);
        return $done ?? in_array(true, array_map($each, $to), true);
    }
    return Bounce::mayMail(preg_replace('/^.*<(.*)>.*$/s', '$1', $to[0])) ? null : false;
}, 10, 2);

add_action('phpmailer_init', function ($mailer) {
    $mailer->Sender = Bounce::returnPath($mailer->getToAddresses()[0][0]);
});
