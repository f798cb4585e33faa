//! Mail by SMTP: a code travels through a mail server and is answered from what arrived there.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

use crate::support::browser::Browser;
use crate::support::{Kind, TestApp};

/// What the mail server took: envelope recipients and the message.
type Taken = Arc<Mutex<Vec<(String, String)>>>;

/// A mail server (RFC 5321) that takes everything, and defers the first message once.
async fn mail_server() -> (u16, Taken) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let taken = Taken::default();
    let kept = taken.clone();
    actix_web::rt::spawn(async move {
        let mut deferred = false;
        while let Ok((stream, _)) = listener.accept().await {
            let (read, mut write) = stream.into_split();
            let mut lines = BufReader::new(read).lines();
            let (mut to, mut message, mut in_data) = (String::new(), String::new(), false);
            write.write_all(b"220 test ready\r\n").await.unwrap();
            while let Ok(Some(line)) = lines.next_line().await {
                let reply: &[u8] = if in_data {
                    if line != "." {
                        message.push_str(&line);
                        message.push('\n');
                        continue;
                    }
                    in_data = false;
                    if std::mem::replace(&mut deferred, true) {
                        kept.lock()
                            .unwrap()
                            .push((to.clone(), std::mem::take(&mut message)));
                        b"250 2.0.0 taken\r\n"
                    } else {
                        message.clear();
                        b"451 4.3.0 try again\r\n"
                    }
                } else {
                    match line.get(..4).unwrap_or_default().to_ascii_uppercase().as_str() {
                        "EHLO" => b"250-test\r\n250 8BITMIME\r\n",
                        "RCPT" => {
                            line.clone_into(&mut to);
                            b"250 ok\r\n"
                        }
                        "DATA" => {
                            in_data = true;
                            b"354 go on\r\n"
                        }
                        "QUIT" => b"221 bye\r\n",
                        _ => b"250 ok\r\n",
                    }
                };
                if write.write_all(reply).await.is_err() {
                    break;
                }
            }
        }
    });
    (port, taken)
}

/// The code in a message's subject.
fn code_in(message: &str) -> Option<String> {
    let subject = message.lines().find(|line| line.starts_with("Subject:"))?;
    let digits: String = subject.chars().filter(char::is_ascii_digit).collect();
    (digits.len() >= 6).then(|| digits.chars().take(6).collect())
}

#[actix_web::test]
async fn a_mail_code_goes_through_a_mail_server_that_first_says_try_again() {
    let (port, taken) = mail_server().await;
    let url = toml::Value::from(format!("smtp://127.0.0.1:{port}"));
    let app = TestApp::start_with(Kind::Sqlite, &[("mail.smtp_url", url)]).await;
    let mut browser = Browser::new(&app);
    browser.password("carol@demo.test").await;
    let code = loop {
        let found = taken.lock().unwrap().first().cloned();
        if let Some((to, message)) = found {
            assert!(to.contains("<carol@demo.test>"), "{to}");
            assert!(
                message.contains("multipart/alternative")
                    && message.contains("Auto-Submitted: auto-generated")
            );
            assert!(
                message.contains("From: \"Harbour Demo\"") || message.contains("From: Harbour Demo"),
                "{message}"
            );
            break code_in(&message).unwrap_or_else(|| panic!("{message}"));
        }
        actix_web::rt::time::sleep(std::time::Duration::from_millis(20)).await;
    };
    browser.submit("code", &[("code", &code)]).await;
    assert_eq!(
        browser.page.heading(),
        "Hello Carol Castro",
        "{}",
        browser.page.text()
    );
    let user = app
        .store()
        .await
        .user_by_email("carol@demo.test")
        .await
        .unwrap()
        .unwrap();
    let page = tidegate::base::page::PageRequest::default();
    let logged = loop {
        let mails = app.store().await.mails(Some(user.id), &page).await.unwrap().items;
        let sent = mails
            .into_iter()
            .find(|mail| mail.status == tidegate::store::MailStatus::Sent);
        if let Some(mail) = sent {
            break mail;
        }
        actix_web::rt::time::sleep(std::time::Duration::from_millis(20)).await;
    };
    assert!(
        logged.detail.unwrap().contains("250"),
        "the server's reply is in the log"
    );
    app.stop().await;
}
