#!/usr/bin/env bash
# Runs the programs of Examples that use the libraries, on the sample mails, and compares what they print to the byte.
#
#   run.sh [FOLDER]     the folder with the built programs; else .build/debug
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
programs=$(realpath "${1:-.build/debug}")
samples=$PWD/Examples/sample-maildir
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
. Tests/packaging/checks.sh

# same NAME STATUS COMMAND…: ends with this status and prints what standard input says: standard output, then
# standard error.
same() {
    local name=$1 expected=$2 status=0
    shift 2
    cat >"$folder/expected"
    "$@" >"$folder/printed" 2>"$folder/complaints" </dev/null || status=$?
    cat "$folder/complaints" >>"$folder/printed"
    diff "$folder/expected" "$folder/printed" >"$folder/said" 2>&1 || { result "$name" 1 "$folder/said"; return; }
    echo "status $status, not $expected" >"$folder/said"
    result "$name" $((status != expected)) "$folder/said"
}

from() { local file=$1; shift; "$@" <"$file"; }

mkdir -p "$folder"/Maildir/{new,cur,tmp}
cp "$samples/11-person.eml" "$folder/Maildir/new/1762867200.V1.host"
printf 'Subject: x\n\nx\n' >"$folder/Maildir/new/1762867201.V2"$'\e[31m'".host"
mkfifo "$folder/Maildir/new/1762867202.V3.host"
cd "$folder"

same "list-maildir lists, and passes over what is no message" 0 "$programs/list-maildir" Maildir <<'END'
1762867200	985	1762867200.V1.host
1762867201	14	1762867201.V2\x1B[31m.host
list-maildir: cannot read Maildir/new/1762867202.V3.host: it is a FIFO, not a message; move it out of the Maildir
END
same "which moved nothing; --take moves to cur" 0 "$programs/list-maildir" --take Maildir <<'END'
1762867200	985	1762867200.V1.host
	now cur/1762867200.V1.host:2,S
1762867201	14	1762867201.V2\x1B[31m.host
	now cur/1762867201.V2\x1B[31m.host:2,S
list-maildir: cannot read Maildir/new/1762867202.V3.host: it is a FIFO, not a message; move it out of the Maildir
END
same "and they are there" 0 bash -c 'cd Maildir && ls -b new cur' <<'END'
cur:
1762867200.V1.host:2,S
1762867201.V2\033[31m.host:2,S

new:
1762867202.V3.host
END
same "no Maildir is status 66" 66 "$programs/list-maildir" Maildir/cur <<'END'
list-maildir: cannot open Maildir/cur: it has no new/, so it is no Maildir; give the path of a Maildir, the folder that holds cur/, new/ and tmp/
END

same "mail-text reads ISO-2022-JP" 0 from "$samples/13-japanese-hard-bounce.eml" "$programs/mail-text" <<'END'
Return-Path: <>
X-Original-To: bounce@example.com
Delivered-To: bounce@example.com
Received: from mx.keitai.example (mx.keitai.example [192.0.2.100])	by mail.example.com (Postfix) with ESMTP id 9A4F53F0CC	for <bounce@example.com>; Tue, 11 Nov 2025 10:00:35 +0000 (UTC)
Date: Tue, 11 Nov 2025 19:00:34 +0900 (JST)
From: Mail Administrator <postmaster@keitai.example>
To: bounce@example.com
Subject: 送信できませんでした
Message-Id: <20251111190034.19A0.POSTMASTER@keitai.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;	boundary="=_keitai_19A0_20251111190034"

次のメールアドレスへメールを送信できませんでした。

  <yuki@keitai.example>

理由: 宛先のメールアドレスは存在しません。
      メールアドレスをご確認のうえ、もう一度送信してください。

このメールは自動で送信されています。

END
printf '%s\n' 'Subject: =?utf-8?b?G1szMW0=?=' 'Content-Type: multipart/alternative; boundary=b' '' '--b' '' 'plain' '--b' \
    'Content-Type: text/html; charset=iso-8859-1' 'Content-Transfer-Encoding: quoted-printable' '' 'never=20seen' '--b--' >both.eml
same "mail-text takes one of two forms, and steers no terminal" 0 from both.eml "$programs/mail-text" <<'END'
Subject: \u{1B}[31m
Content-Type: multipart/alternative; boundary=b

plain
END

cd "$samples"
same "classify-mail says who failed and why" 66 "$programs/classify-mail" *.eml nowhere.eml <<'END'
01-postfix-hard-bounce.eml	hard-bounce
	bob@dest.example	hard	5.1.1	userunknown	userunknown/phrases
02-postfix-mailbox-full.eml	soft-bounce
	carol@dest.example	soft	5.2.2	mailboxfull	mailboxfull/full
03-postfix-delay-notice.eml	delay-notice
	dave@slow.example	delayed	4.4.1	expired	expired/time
04-postfix-expired.eml	soft-bounce
	dave@slow.example	soft	4.4.1	expired	expired/time
05-exim-hard-bounce.eml	hard-bounce
	erin@exim.example	hard	5.1.1	userunknown	userunknown/unknown
06-qmail-hard-bounce.eml	hard-bounce
	frank@qmail.example	hard	5.1.1	userunknown	userunknown/phrases
07-exchange-ndr.eml	hard-bounce
	grace@corp.example	hard	5.1.10	userunknown	userunknown/resolver
08-out-of-office.eml	auto-reply
09-complaint.eml	complaint
	ivan@provider.example	delivered	-	feedback	-
10-double-bounce.eml	double-bounce
11-person.eml	not-a-bounce
12-postfix-delivered.eml	delivery-receipt
	ken@dest.example	delivered	2.0.0	delivered	-
13-japanese-hard-bounce.eml	hard-bounce
	yuki@keitai.example	hard	5.1.1	userunknown	userunknown/unknown
classify-mail: cannot read nowhere.eml
END
total
