// PORT ADDRESS…
const nodemailer = require('/usr/share/nodejs/nodemailer');
const { sendToEach } = require('../../../Examples/integrations/nodemailer.js');
const [port, ...addresses] = process.argv.slice(2);
const transport = nodemailer.createTransport({ host: '127.0.0.1', port: Number(port), ignoreTLS: true });
sendToEach(transport, { from: 'News <news@news.example>', to: 'undisclosed-recipients:;', subject: 'News', text: 'Hello\n' }, addresses);
