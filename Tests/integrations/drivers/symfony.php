<?php
// PORT ADDRESS…
use Symfony\Component\Mailer\Mailer;
use Symfony\Component\Mailer\Transport;
use Symfony\Component\Mime\Email;

require '/usr/share/php/Symfony/Component/Mailer/autoload.php';
require __DIR__ . '/../../../Examples/integrations/BounceTransport.php';
$email = (new Email())->from('News <news@news.example>')->to(...array_slice($argv, 2))->subject('News')->text("Hello\n");
(new Mailer(new BounceTransport(Transport::fromDsn("smtp://127.0.0.1:$argv[1]"))))->send($email);
