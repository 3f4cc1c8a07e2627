// Nodemailer 6: one mail to each recipient, from a return path that names the recipient. The program asks maildir-bounce, which
// reads ledger, key and return_path of /etc/maildir-bounce.toml, or of the file in BOUNCE_CONFIG.
'use strict';
const { spawnSync } = require('child_process');

function bounce(...words) {
  const config = process.env.BOUNCE_CONFIG || '/etc/maildir-bounce.toml';
  // No shell takes part, and after -- nothing is an option.
  const run = spawnSync(process.env.MAILDIR_BOUNCE || 'maildir-bounce', [...words.slice(0, -1), '--config', config, '--', words.at(-1)],
    { encoding: 'utf8' });
  if (run.error) throw run.error;
  return run;
}

// Throws if the ledger cannot be read: then nobody is mailed, and the job is tried again.
function mayMail(address) {
  const { status, stderr } = bounce('check', address);
  if (![0, 1, 65].includes(status)) throw new Error(stderr);
  return status === 0;
}

function returnPath(address) {
  const { status, stdout, stderr } = bounce('verp', 'make', address);
  if (status === 65) return process.env.BOUNCE_RETURN_PATH || 'bounce@bounce.example.com'; // No room for a tag.
  if (status !== 0) throw new Error(stderr);
  return stdout.trim();
}

// Sends the mail to each of the addresses that may be mailed, and resolves to these.
async function sendToEach(transport, mail, addresses) {
  const mailed = addresses.filter(mayMail);
  for (const address of mailed) {
    await transport.sendMail({ ...mail, envelope: { from: returnPath(address), to: address } });
  }
  return mailed;
}

module.exports = { mayMail, returnPath, sendToEach };
