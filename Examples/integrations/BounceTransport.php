<?php
// Symfony Mailer 5.4 and later, and Laravel 9 and later: a transport around the one that sends. It leaves suppressed addresses
// out, and sends to each of the others from a return path that names it. docs/integrations.md says how to register it.
declare(strict_types=1);

use MaildirBounce\Bounce;
use Symfony\Component\Mailer\Envelope;
use Symfony\Component\Mailer\SentMessage;
use Symfony\Component\Mailer\Transport\TransportInterface;
use Symfony\Component\Mime\Address;
use Symfony\Component\Mime\RawMessage;

require_once __DIR__ . '/bounce.php';

final class BounceTransport implements TransportInterface
{
    public function __construct(private TransportInterface $transport)
    {
    }

    /** Null if no recipient may be mailed. */
    public function send(RawMessage $message, ?Envelope $envelope = null): ?SentMessage
    {
        $sent = null;
        foreach (($envelope ?? Envelope::create($message))->getRecipients() as $recipient) {
            if (Bounce::mayMail($recipient->getAddress())) {
                $sender = new Address(Bounce::returnPath($recipient->getAddress()));
                $sent = $this->transport->send($message, new Envelope($sender, [$recipient]));
            }
        }
        return $sent;
    }

    public function __toString(): string
    {
        return 'bounce+' . $this->transport;
    }
}
