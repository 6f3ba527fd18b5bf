//! Letters: what they say, and that they leave, once, whatever happens to the mail server and to who sends them.

use std::collections::HashMap;
use std::time::Duration;

use chrono::TimeDelta;
use command_api::mail::{LetterState, MailStep, MailWorker, start_mail};
use event_log::KeyChange;
use events::{
    EventId, InstructorRejected, InstructorVerified, PasswordChanged, PasswordReset, PasswordResetRequested, Personal,
    Timestamp, UserErased, UserId,
};
use serde_json::json;
use tests::faults::free_port;
use tests::people::{PASSWORD, new_email};
use tests::{AppOptions, Manner, Person, SmtpSink, TestApp, eventually};
use tokio_util::sync::CancellationToken;

fn user_id(person: &Person) -> UserId {
    person.id.parse().unwrap()
}

/// A link that lives an hour.
fn link(app: &TestApp, person: &Person) -> PasswordResetRequested {
    let expires_at = Timestamp::new(app.clock.now() + TimeDelta::hours(1));
    PasswordResetRequested { user_id: user_id(person), password_generation: 0, expires_at }
}

fn verified(person: &Person) -> InstructorVerified {
    InstructorVerified { user_id: user_id(person) }
}

/// An app whose letters go to that server, by steps of the test.
async fn stepped(smtp_url: String) -> TestApp {
    let settings = HashMap::from([("HAR_SMTP_URL".to_owned(), smtp_url)]);
    TestApp::start(AppOptions { sends_mail: false, settings, ..AppOptions::default() }).await
}

async fn state(app: &TestApp, event: EventId) -> (LetterState, u32) {
    let letter = app.mail.outbox().letter(event).await.unwrap().expect("a letter");
    (letter.state, letter.attempts)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_letter_is_in_the_persons_language_as_text_and_as_html() {
    let app = TestApp::start(AppOptions::default()).await;
    for (language, subjects) in [
        (
            "fr",
            [
                "Choisir un nouveau mot de passe",
                "Votre mot de passe a changé",
                "Votre candidature est acceptée",
                "Votre candidature n'est pas acceptée",
            ],
        ),
        (
            "en",
            [
                "Choose a new password",
                "Your password has changed",
                "Your application is accepted",
                "Your application is not accepted",
            ],
        ),
    ] {
        let email = new_email();
        let body = json!({
            "email": email, "password": PASSWORD, "first_name": "<b>Zoé</b>", "last_name": "O\"Neil, x@y.example",
            "language": language,
        });
        let answer = app.post("/auth/register").json(&body).send().await.expect(201);
        let person = app.login(&email).await;
        let user_id = user_id(&person);
        assert_eq!(answer.data()["user"]["_id"], person.id);
        let personal = |text: &str| Personal::new(user_id, text.to_owned());

        let asked = link(&app, &person);
        let password_hash = personal("$argon2id$");
        let reason = personal("Trop court & <i>vague</i>");
        let event = app.happens(asked.clone(), Vec::new()).await;
        let letter = app.letter_to(&email, 1).await;
        assert_eq!(letter.message_id, format!("{event}@har-academy.example"));
        assert_eq!(letter.from, "no-reply@har-academy.example");
        assert_eq!(letter.to, (email.clone(), "<b>Zoé</b> O\"Neil, x@y.example".to_owned()));
        let before = "/reset-password?token=";
        let token = letter.text.split(before).nth(1).unwrap().lines().next().unwrap();
        assert_eq!(app.commands.reset_tokens.verify(token), Some((user_id, 0, asked.expires_at)));
        assert!(letter.text.lines().any(|line| line == token), "by itself: {}", letter.text);
        assert!(letter.html.contains(&format!("href=\"http://localhost:0{before}{token}\"")), "{}", letter.html);

        app.happens(PasswordChanged { user_id, password_hash, kept_session_id: None }, Vec::new()).await;
        app.happens(verified(&person), Vec::new()).await;
        app.happens(InstructorRejected { user_id, reason }, Vec::new()).await;
        let last = app.letter_to(&email, 4).await;
        assert!(last.text.contains("\n> Trop court & <i>vague</i>\n"), "{}", last.text);
        assert!(last.html.contains("Trop court &amp; &lt;i&gt;vague&lt;/i&gt;"), "{}", last.html);
        for (letter, subject) in app.letters_to(&email).iter().zip(subjects) {
            assert_eq!((letter.subject.as_str(), letter.language.as_str()), (subject, language));
            assert!(letter.text.contains(" <b>Zoé</b>,\n"), "{}", letter.text);
            assert!(letter.html.contains("&lt;b&gt;Zoé&lt;/b&gt;") && !letter.html.contains("<b>"), "{}", letter.html);
        }
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_the_server_away_letters_wait_and_leave_once() {
    let port = free_port().unwrap();
    let app = stepped(format!("smtp://127.0.0.1:{port}")).await;
    let person = app.learner().await;
    let event = app.happens(verified(&person), Vec::new()).await;
    let mut worker = MailWorker::take_over(&app.mail, 1).await.unwrap();
    let mut expected = MailStep { queued: 1, failed: 1, ..MailStep::default() };
    for (attempts, pause) in [(1, 5), (2, 30), (3, 120), (4, 600), (5, 3_600), (6, 3_600)] {
        assert_eq!(app.mail_steps(&mut worker).await, expected, "attempt {attempts}");
        assert_eq!(state(&app, event).await, (LetterState::Due, attempts));
        // Not before its time: what a slow machine may take is left of it.
        let left = if pause > 20 { 20 } else { pause };
        app.clock.shift_to(app.clock.offset_seconds() + pause - left);
        if pause > left {
            assert_eq!(app.mail_steps(&mut worker).await, MailStep::default(), "before attempt {}", attempts + 1);
        }
        app.clock.shift_to(app.clock.offset_seconds() + left);
        expected = MailStep { failed: 1, ..MailStep::default() };
        let _ = app.root(reqwest::Method::GET, "/health/ready").send().await.expect(200);
    }
    let sink = SmtpSink::start(port, Manner::Takes).await;
    assert_eq!(app.mail_steps(&mut worker).await, MailStep { sent: 1, ..MailStep::default() });
    app.clock.shift_to(app.clock.offset_seconds() + 7_200);
    assert_eq!(app.mail_steps(&mut worker).await, MailStep::default());
    let received = sink.received();
    assert_eq!(received.len(), 1, "{received:?}");
    assert_eq!(received[0].to.0, person.email);
    assert_eq!(state(&app, event).await, (LetterState::Sent, 7));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_dies_between_sending_and_noting_sends_a_second_time_under_the_same_name() {
    let sink = SmtpSink::start(0, Manner::TakesInSilence).await;
    let app = stepped(sink.url()).await;
    let event = app.happens(verified(&app.learner().await), Vec::new()).await;
    let mut worker = MailWorker::take_over(&app.mail, 1).await.unwrap();
    // Broken off as by a kill: the server has the letter, and nobody has noted it.
    tokio::select! {
        _ = app.mail_steps(&mut worker) => panic!("the server does not answer"),
        () = eventually("the letter", || async { !sink.received().is_empty() }) => {}
    }
    drop(worker);
    assert_eq!(state(&app, event).await, (LetterState::Due, 1));
    let port = sink.url().rsplit(':').next().unwrap().parse().unwrap();
    let first = sink.received();
    drop(sink);
    let sink = starting_at(port).await;

    let mut worker = MailWorker::take_over(&app.mail, 2).await.unwrap();
    for expected in [MailStep { sent: 1, ..MailStep::default() }, MailStep::default()] {
        app.clock.shift_to(app.clock.offset_seconds() + 3_600);
        assert_eq!(app.mail_steps(&mut worker).await, expected);
    }
    let names: Vec<String> = first.into_iter().chain(sink.received()).map(|letter| letter.message_id).collect();
    assert_eq!(names, [(); 2].map(|()| format!("{event}@har-academy.example")));
    app.stop().await;
}

/// A server on a port that another one has just left.
async fn starting_at(port: u16) -> SmtpSink {
    eventually("the port is free", || async { std::net::TcpListener::bind(("127.0.0.1", port)).is_ok() }).await;
    SmtpSink::start(port, Manner::Takes).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_processes_one_sends() {
    let sink = SmtpSink::start(0, Manner::Takes).await;
    let app = stepped(sink.url()).await;
    let stop = CancellationToken::new();
    let both = [(); 2].map(|()| start_mail(app.mail.clone(), stop.clone()));
    let person = app.learner().await;
    let mut events = Vec::new();
    for _ in 0..20 {
        events.push(app.happens(verified(&person), Vec::new()).await);
    }
    for event in &events {
        eventually("sent", || async {
            app.mail.outbox().letter(*event).await.unwrap().is_some_and(|letter| letter.state == LetterState::Sent)
        })
        .await;
    }
    stop.cancel();
    for task in both {
        task.await.unwrap();
    }
    let mut names: Vec<String> = sink.received().into_iter().map(|letter| letter.message_id).collect();
    names.sort();
    let expected: Vec<String> = events.iter().map(|event| format!("{event}@har-academy.example")).collect();
    assert_eq!(names, expected);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_attempt_is_one_workers_even_when_two_believe_to_be_the_one() {
    let port = free_port().unwrap();
    let app = stepped(format!("smtp://127.0.0.1:{port}")).await;
    let person = app.learner().await;
    for _ in 0..12 {
        let _ = app.happens(verified(&person), Vec::new()).await;
    }
    let mut woken = MailWorker::take_over(&app.mail, 1).await.unwrap();
    assert_eq!(app.mail_steps(&mut woken).await, MailStep { queued: 12, failed: 12, ..MailStep::default() });
    let mut worker = MailWorker::take_over(&app.mail, 2).await.unwrap();
    let sink = SmtpSink::start(port, Manner::Takes).await;
    app.clock.shift_to(3_600);
    let go_on = CancellationToken::new();
    let wait = Duration::ZERO;
    let (one, other) = tokio::join!(woken.run_once(wait, &go_on), worker.run_once(wait, &go_on));
    assert_eq!(one.unwrap().sent + other.unwrap().sent, 12);
    assert_eq!(sink.received().len(), 12);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stale_worker_queues_nothing() {
    let sink = SmtpSink::start(0, Manner::Takes).await;
    let app = stepped(sink.url()).await;
    let mut stale = MailWorker::take_over(&app.mail, 1).await.unwrap();
    let mut worker = MailWorker::take_over(&app.mail, 2).await.unwrap();
    assert!(MailWorker::take_over(&app.mail, 1).await.is_err());
    let _ = app.happens(verified(&app.learner().await), Vec::new()).await;
    let go_on = CancellationToken::new();
    let refused = async { while stale.run_once(Duration::from_millis(50), &go_on).await.is_ok() {} };
    tokio::time::timeout(tests::PATIENCE, refused).await.expect("a refusal");
    assert_eq!(app.mail_steps(&mut worker).await.sent, 1);
    assert_eq!(sink.received().len(), 1);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recipient_who_is_refused_for_good_holds_nobody_up() {
    let sink = SmtpSink::start(0, Manner::DoesNotKnow("gone")).await;
    let app = stepped(sink.url()).await;
    let body = json!({ "email": "gone@example.org", "password": PASSWORD, "first_name": "Ada", "last_name": "L" });
    let _ = app.post("/auth/register").json(&body).send().await.expect(201);
    let (gone, other) = (app.login("gone@example.org").await, app.learner().await);
    let refused = app.happens(verified(&gone), Vec::new()).await;
    let taken = app.happens(verified(&other), Vec::new()).await;
    let mut worker = MailWorker::take_over(&app.mail, 1).await.unwrap();
    let expected = MailStep { queued: 2, sent: 1, given_up: 1, failed: 0 };
    assert_eq!(app.mail_steps(&mut worker).await, expected);
    assert_eq!(state(&app, refused).await, (LetterState::GivenUp, 1));
    assert_eq!(state(&app, taken).await, (LetterState::Sent, 1));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn letters_of_no_use_are_not_sent() {
    let sink = SmtpSink::start(0, Manner::Takes).await;
    let app = stepped(sink.url()).await;
    // Of yesterday, when nobody sent letters yet.
    app.clock.shift_to(-25 * 3_600);
    let early = app.happens(verified(&app.learner().await), Vec::new()).await;
    app.clock.shift_to(0);
    let (erased, changed, late) = (app.learner().await, app.learner().await, app.learner().await);
    let gone = app.happens(verified(&erased), Vec::new()).await;
    let user_id = user_id(&erased);
    app.happens(UserErased { user_id }, vec![KeyChange::Destroy(user_id)]).await;
    let old = app.happens(link(&app, &changed), Vec::new()).await;
    let password_hash = Personal::new(self::user_id(&changed), "$argon2id$".to_owned());
    let warned = app.happens(PasswordReset { user_id: self::user_id(&changed), password_hash }, Vec::new()).await;
    let expires_at = Timestamp::new(app.clock.now() - TimeDelta::seconds(1));
    let expired = app.happens(PasswordResetRequested { expires_at, ..link(&app, &late) }, Vec::new()).await;

    let mut worker = MailWorker::take_over(&app.mail, 1).await.unwrap();
    let expected = MailStep { queued: 4, sent: 1, given_up: 3, failed: 0 };
    assert_eq!(app.mail_steps(&mut worker).await, expected);
    assert_eq!(app.mail.outbox().letter(early).await.unwrap(), None);
    for event in [gone, old, expired] {
        assert_eq!(state(&app, event).await.0, LetterState::GivenUp);
    }
    let names: Vec<String> = sink.received().into_iter().map(|letter| letter.message_id).collect();
    assert_eq!(names, [format!("{warned}@har-academy.example")]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_that_cannot_leave_before_its_end_is_given_up() {
    let app = stepped(format!("smtp://127.0.0.1:{}", free_port().unwrap())).await;
    let event = app.happens(link(&app, &app.learner().await), Vec::new()).await;
    let mut worker = MailWorker::take_over(&app.mail, 1).await.unwrap();
    assert_eq!(app.mail_steps(&mut worker).await.failed, 1);
    app.clock.shift_to(3_600);
    assert_eq!(app.mail_steps(&mut worker).await, MailStep { given_up: 1, ..MailStep::default() });
    assert_eq!(state(&app, event).await, (LetterState::GivenUp, 1));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_suspended_may_have_a_link() {
    let app = TestApp::start(AppOptions::default()).await;
    let (admin, learner) = (app.admin().await, app.learner().await);
    let _ = app.change_user(&admin, &learner, &json!({ "status": "suspended" })).await.expect(200);
    let _ = app.happens(link(&app, &learner), Vec::new()).await;
    assert!(app.letter_to(&learner.email, 1).await.text.contains("/reset-password?token="));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_outbox_names_nobody() {
    let sink = SmtpSink::start(0, Manner::Takes).await;
    let app = stepped(sink.url()).await;
    let person = app.learner().await;
    let event = app.happens(link(&app, &person), Vec::new()).await;
    let mut worker = MailWorker::take_over(&app.mail, 1).await.unwrap();
    assert_eq!(app.mail_steps(&mut worker).await.sent, 1);
    let outbox = app.log.database().collection::<bson::Document>("mail_outbox");
    let document = outbox.find_one(bson::doc! { "_id": event.to_string() }).await.unwrap().unwrap();
    let mut fields: Vec<&str> = document.keys().map(String::as_str).collect();
    fields.sort_unstable();
    let expected = ["_id", "attempts", "ended_at", "letter", "next_at", "position", "state", "until", "user_id"];
    assert_eq!(fields, expected);
    assert_eq!(document.get_str("letter").unwrap(), "password_reset");
    app.stop().await;
}
