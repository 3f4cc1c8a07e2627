<?php
// PORT ADDRESS…   wp_mail() and the filters of WordPress itself, without its database.
define('ABSPATH', getenv('MAILDIR_BOUNCE_INTEGRATIONS') . '/wordpress/usr/share/wordpress/');
define('WPINC', 'wp-includes');
require ABSPATH . 'wp-includes/plugin.php';
require ABSPATH . 'wp-includes/class-wp-error.php';
require ABSPATH . 'wp-includes/formatting.php';
require ABSPATH . 'wp-includes/pluggable.php';

// What wp_mail() asks the database for.
function network_home_url(): string
{
    return 'https://news.example/';
}

function wp_parse_url(string $url, int $part = -1)
{
    return parse_url($url, $part);
}

function get_bloginfo(): string
{
    return 'UTF-8';
}

require __DIR__ . '/../../../Examples/integrations/maildir-bounce-wordpress.php';
add_action('phpmailer_init', function ($mailer) use ($argv) {
    $mailer->isSMTP();
    [$mailer->Host, $mailer->Port, $mailer->SMTPAutoTLS] = ['127.0.0.1', (int) $argv[1], false];
});
add_action('wp_mail_failed', function ($error) {
    fwrite(STDERR, $error->get_error_message() . "\n");
    exit(1);
});
wp_mail(array_slice($argv, 2), 'News', "Hello\n", ['From: News <news@news.example>']);
