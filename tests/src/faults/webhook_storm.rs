//! P2, P7: the payment provider says everything five times, in no order, to a command-api that is killed again and again.
//! In the end what is paid for is open, what is not is not, and every sum is exact.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use events::{AccessEvent, EnrollmentEvent, Event, InvoiceSeriesEvent, TransactionEvent, TransactionId};
use futures::{StreamExt, TryStreamExt, stream};
use rand::seq::SliceRandom;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::api::Api;
use super::people::{ADMIN, AT_ONCE, People, Person, success};
use super::wait::until;
use super::world::{PATIENCE, World};
use super::{Figure, Outcome, Part, Programs, Scale, audit};
use crate::payments::{WEBHOOK_SECRET, message};

/// How often each message is delivered.
const TIMES: usize = 5;
/// Deliveries that are on the way together.
const DELIVERIES: usize = 32;
/// What a deliverer waits before it delivers again.
const PAUSE: Duration = Duration::from_millis(50);
/// What every course costs, in cents.
const PRICE: i64 = 4_990;
/// What goes back where a part does, in cents.
const PART: i64 = 90;

/// What becomes of a payment. Eight of them make sixteen messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Story {
    Won,
    Paid,
    Refunded,
    PaidLater,
    Failed,
    Disputed,
    PartlyRefunded,
    Lost,
}

impl Story {
    const ALL: [Self; 8] = [
        Self::Won,
        Self::Paid,
        Self::Refunded,
        Self::PaidLater,
        Self::Failed,
        Self::Disputed,
        Self::PartlyRefunded,
        Self::Lost,
    ];

    /// What the provider says, of the payment that it calls so.
    fn messages(self, intent: &str) -> Vec<Value> {
        let payment = json!({ "id": intent });
        let charge = |refunded: i64| json!({ "payment_intent": intent, "amount": PRICE, "amount_refunded": refunded });
        let dispute = |status: &str| json!({ "payment_intent": intent, "status": status });
        let succeeded = message("payment_intent.succeeded", &payment);
        let failed = message("payment_intent.payment_failed", &payment);
        let created = message("charge.dispute.created", &dispute("needs_response"));
        let refunded = |minor| message("charge.refunded", &charge(minor));
        let closed = |status| message("charge.dispute.closed", &dispute(status));
        match self {
            Self::Won => vec![succeeded, created, closed("won")],
            Self::Paid => vec![succeeded],
            Self::Refunded => vec![succeeded, refunded(PRICE)],
            Self::PaidLater => vec![failed, succeeded],
            Self::Failed => vec![failed],
            Self::Disputed => vec![succeeded, created],
            Self::PartlyRefunded => vec![succeeded, refunded(PART)],
            Self::Lost => vec![succeeded, created, closed("lost")],
        }
    }

    /// How the payment stands in the end, whatever came first.
    const fn status(self) -> &'static str {
        match self {
            Self::Won | Self::Paid | Self::PaidLater | Self::Disputed | Self::PartlyRefunded => "completed",
            Self::Refunded | Self::Lost => "refunded",
            Self::Failed => "failed",
        }
    }

    /// Whether its course is open in the end.
    const fn is_open(self) -> bool {
        match self {
            Self::Won | Self::Paid | Self::PaidLater | Self::PartlyRefunded => true,
            Self::Refunded | Self::Lost | Self::Disputed | Self::Failed => false,
        }
    }
}

/// A payment that waits for the provider's word.
struct Payment {
    learner: usize,
    course: String,
    id: String,
    intent: String,
    story: Story,
}

/// Delivers, kills, and counts.
pub async fn run(programs: &Programs, scale: Scale) -> Outcome {
    let started = Instant::now();
    let (learners, courses, kills) = scale.of((10, 5, 2), (50, 10, 10));
    let settings = [&ADMIN[..], &[("HAR_STRIPE_WEBHOOK_SECRET", WEBHOOK_SECRET)]].concat();
    let world = World::start(programs, &settings).await?;
    let (mut writing, reading) = (world.run(Part::CommandApi).await?, world.run(Part::QueryApi).await?);
    let _projectors = world.run(Part::Projectors).await?;
    let people = People::register(&writing.api()?, learners, 1).await?;
    let payments = purchases(&writing.api()?, &people, courses).await?;

    let mut messages: Vec<Value> = payments.iter().flat_map(|one| one.story.messages(&one.intent)).collect();
    let said = messages.len();
    messages = messages.into_iter().flat_map(|message| vec![message; TIMES]).collect();
    messages.shuffle(&mut rand::rng());
    let (count, broken) = (messages.len(), Arc::<AtomicU64>::default());
    let heard = Arc::<AtomicU64>::default();
    let delivering = tokio::spawn(deliver_all(writing.api()?, messages, Arc::clone(&heard), Arc::clone(&broken)));
    for kill in 1..=kills {
        let mark = (count * kill / (kills + 1)) as u64;
        until("messages are heard", PATIENCE * 5, async || Ok(heard.load(Ordering::Relaxed) >= mark)).await?;
        let port = world.kill(writing).await?;
        writing = world.run_at(Part::CommandApi, port).await?;
    }
    delivering.await??;
    let broken = broken.load(Ordering::Relaxed);
    ensure!(broken > 0, "no delivery died: nothing was killed in the middle");

    let log = world.log().await?;
    let events = audit::opened(&log, &audit::whole_log(&log).await?).await?;
    let counted = Counted::of(events.iter().map(|event| &event.event))?;
    counted.check(&payments)?;
    let head = log.head().await?.position;
    shown(&reading.api()?, &people.learners, &payments, head).await?;
    let result = format!(
        "{count} deliveries of {said} messages about {} payments, {broken} tries met a dead process: {} paid, each enrolled, \
         invoiced and granted once, {} cents taken and {} given back, exactly; every payment and every learner's courses \
         are what they must be; chain unbroken",
        payments.len(),
        counted.completed.len(),
        counted.taken,
        counted.given_back,
    );
    Ok(vec![Figure::new("webhook storm", format!("{kills} kills, {DELIVERIES} deliveries at once"), result, started)])
}

/// Every learner wants every course, and their banks want to be asked.
async fn purchases(api: &Api, people: &People, courses: usize) -> Result<Vec<Payment>> {
    let mut ids = Vec::new();
    for number in 0..courses {
        ids.push(course(api, &people.teachers[0].token, number).await?);
    }
    let wishes = (0..people.learners.len()).flat_map(|learner| ids.iter().map(move |course| (learner, course.clone())));
    let wishes: Vec<_> = wishes.zip(Story::ALL.iter().cycle().copied()).collect();
    let bought = stream::iter(wishes).map(|((learner, course), story)| async move {
        let card = "pm_card_authenticationRequired";
        let body = json!({ "course_id": course, "payment_method": "card", "payment_method_id": card });
        let token = Some(people.learners[learner].token.as_str());
        let answer = success(api.insist(Method::POST, "/purchase", token, Some(&body)).await?)?;
        let id = answer.text("/data/transaction/_id")?.to_owned();
        let intent = answer.text("/data/transaction/stripe_payment_intent_id")?.to_owned();
        Ok(Payment { learner, course, id, intent, story })
    });
    bought.buffered(AT_ONCE).try_collect().await
}

async fn course(api: &Api, token: &str, number: usize) -> Result<String> {
    let post =
        async |path: String, body: Value| success(api.insist(Method::POST, &path, Some(token), Some(&body)).await?);
    let body = json!({
        "title": format!("Course number {number}"), "description": "What everybody wants", "domain": "Excel",
        "price": 49.9, "pricing_model": "one-time",
    });
    let id = post("/courses".to_owned(), body).await?.text("/data/course/_id")?.to_owned();
    let module = post(format!("/courses/{id}/modules"), json!({ "title": "Module" })).await?;
    let path = format!("/courses/{id}/modules/{}/lessons", module.text("/data/module/_id")?);
    let _ = post(path, json!({ "title": "Lesson", "type": "text", "content": "<p>Text</p>" })).await?;
    let _ = post(format!("/courses/{id}/publish"), json!({})).await?;
    Ok(id)
}

/// Delivers every message until it is taken, as Stripe does, only sooner.
async fn deliver_all(api: Api, messages: Vec<Value>, heard: Arc<AtomicU64>, broken: Arc<AtomicU64>) -> Result<()> {
    let delivered = stream::iter(messages).map(|message| {
        let (api, heard, broken) = (&api, &heard, &broken);
        async move {
            let begun = Instant::now();
            loop {
                match api.deliver(&message).await {
                    Ok(answer) if answer.status.is_success() => break,
                    Ok(answer) => ensure!(begun.elapsed() < PATIENCE * 2, "never taken: {}", answer.shown()),
                    Err(error) if begun.elapsed() < PATIENCE * 2 => {
                        let _ = (error, broken.fetch_add(1, Ordering::Relaxed));
                    }
                    Err(error) => return Err(error),
                }
                tokio::time::sleep(PAUSE).await;
            }
            heard.fetch_add(1, Ordering::Relaxed);
            Ok(())
        }
    });
    delivered.buffer_unordered(DELIVERIES).try_collect().await
}

/// What the log says, counted without the product's own folds.
#[derive(Default)]
struct Counted {
    completed: BTreeSet<TransactionId>,
    refunded: BTreeSet<TransactionId>,
    taken: i64,
    given_back: i64,
    granted: usize,
    enrolled: BTreeSet<(String, String)>,
    invoices: usize,
    credit_notes: usize,
}

impl Counted {
    fn of<'a>(events: impl Iterator<Item = &'a Event>) -> Result<Self> {
        let mut counted = Self::default();
        let mut parts: BTreeMap<TransactionId, i64> = BTreeMap::new();
        for event in events {
            if let Event::Transaction(TransactionEvent::PaymentCompleted(event)) = event {
                ensure!(counted.completed.insert(event.transaction_id), "{} was paid twice", event.transaction_id);
                counted.taken += event.amount.minor;
            }
            if let Event::Transaction(TransactionEvent::PaymentRefunded(event)) = event {
                ensure!(counted.refunded.insert(event.transaction_id), "{} went back twice", event.transaction_id);
                if counted.completed.contains(&event.transaction_id) {
                    counted.given_back += event.amount.minor;
                }
            }
            if let Event::Transaction(TransactionEvent::PaymentPartlyRefunded(event)) = event {
                parts.insert(event.transaction_id, event.refunded.minor);
            }
            counted.granted += usize::from(matches!(event, Event::Access(AccessEvent::AccessGranted(_))));
            if let Event::Enrollment(EnrollmentEvent::LearnerEnrolled(event)) = event {
                let who = (event.user_id.to_string(), event.course_id.to_string());
                ensure!(counted.enrolled.insert(who), "{} is twice in {}", event.user_id, event.course_id);
            }
            counted.invoices +=
                usize::from(matches!(event, Event::InvoiceSeries(InvoiceSeriesEvent::InvoiceIssued(_))));
            counted.credit_notes +=
                usize::from(matches!(event, Event::InvoiceSeries(InvoiceSeriesEvent::CreditNoteIssued(_))));
        }
        counted.given_back += parts.values().sum::<i64>();
        Ok(counted)
    }

    fn check(&self, payments: &[Payment]) -> Result<()> {
        let paid = self.completed.len();
        ensure!(self.enrolled.len() == paid, "{} enrolled, {paid} paid", self.enrolled.len());
        ensure!((self.granted, self.invoices) == (paid, paid), "{} granted, {} invoices", self.granted, self.invoices);
        ensure!(self.taken == PRICE * paid as i64, "{} cents for {paid} payments", self.taken);
        let back = self.completed.intersection(&self.refunded).count();
        ensure!(self.credit_notes == back, "{} credit notes for {back} refunds", self.credit_notes);
        let parts = payments.iter().filter(|payment| payment.story == Story::PartlyRefunded).count();
        let expected = PRICE * back as i64 + PART * parts as i64;
        ensure!(self.given_back == expected, "{} cents went back, not {expected}", self.given_back);
        let stand = |status: &str| payments.iter().filter(|payment| payment.story.status() == status).count();
        ensure!(self.refunded.len() == stand("refunded"), "{} went back", self.refunded.len());
        ensure!(paid - back == stand("completed"), "{} are paid and stayed", paid - back);
        Ok(())
    }
}

/// What the read side shows to everybody: their payments, and the courses that are open to them.
async fn shown(api: &Api, learners: &[Person], payments: &[Payment], position: u64) -> Result<()> {
    for (number, learner) in learners.iter().enumerate() {
        let get = async |path: String| {
            let answer = api.get(&path, Some(&learner.token), Some(position)).await?;
            success(answer).with_context(|| path)
        };
        let own = || payments.iter().filter(|payment| payment.learner == number);
        let found = get("/transactions?limit=100".to_owned()).await?;
        let found = found.body["data"]["transactions"].as_array().context("no payments")?.iter();
        let found: BTreeMap<&str, &str> =
            found.filter_map(|one| Some((one["_id"].as_str()?, one["status"].as_str()?))).collect();
        let wanted: BTreeMap<&str, &str> = own().map(|payment| (payment.id.as_str(), payment.story.status())).collect();
        ensure!(found == wanted, "the payments of {}: {found:?}, not {wanted:?}", learner.id);
        let open = get(format!("/user/{}/entitlements", learner.id)).await?;
        let open = open.body["data"]["courses"].as_array().context("no courses")?;
        let open: BTreeSet<&str> = open.iter().filter_map(Value::as_str).collect();
        let wanted: BTreeSet<&str> =
            own().filter(|payment| payment.story.is_open()).map(|payment| payment.course.as_str()).collect();
        ensure!(open == wanted, "the courses of {}: {open:?}, not {wanted:?}", learner.id);
    }
    Ok(())
}
