//! `har bench catalogue`: GET /courses and GET /courses/:id with many courses and clients, beside a bare axum route that
//! returns the same bytes. The difference is what the product does for an answer: routing, parameters, the wait for a
//! position, two queries at one instant, JSON.

use std::future::IntoFuture as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use anyhow::ensure;
use axum::Router;
use axum::body::Bytes;
use axum::routing::get;
use clap::Args;
use futures::future::try_join_all;
use http::header::CONTENT_TYPE;
use serde::Serialize;
use tests::people::new_course;
use tests::{AppOptions, Client, TestApp};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::latency::Figures;
use super::{Common, Machine};
use crate::output::say;

/// Courses that are made at the same time, so that the appender has something to group.
const AT_ONCE: u32 = 25;

/// What is measured.
#[derive(Args)]
pub struct Options {
    /// Published courses.
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    courses: u32,
    /// Clients, each with one request at a time.
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    clients: u32,
    /// Seconds for each route.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=300))]
    seconds: u64,
    #[command(flatten)]
    common: Common,
}

/// One route, and a bare one with its bytes.
#[derive(Serialize)]
struct Compared {
    route: &'static str,
    bytes: usize,
    product: Figures,
    bare: Figures,
}

#[derive(Serialize)]
struct Report {
    machine: Machine,
    courses: u32,
    clients: u32,
    routes: Vec<Compared>,
}

/// Measures and tells.
///
/// # Errors
/// When an answer is anything but 200.
///
/// # Panics
/// When a server can't be had, or the product does not start.
pub async fn run(options: &Options) -> anyhow::Result<()> {
    let app = TestApp::start(AppOptions::default()).await;
    let course = furnish(&app, options.courses).await?;
    let by_id = format!("/courses/{course}");
    let routes =
        [("GET /courses", "/courses"), ("GET /courses?search", "/courses?search=excel"), ("GET /courses/:id", &by_id)];
    let mut compared = Vec::new();
    for (route, path) in routes {
        compared.push(compare(&app, route, path, options).await?);
    }
    app.stop().await;
    let Options { courses, clients, .. } = *options;
    let report = Report { machine: Machine::this(), courses, clients, routes: compared };
    if options.common.json {
        say(serde_json::to_string_pretty(&report)?);
    } else {
        tell(&report);
    }
    Ok(())
}

/// The catalogue; gives one of its courses.
async fn furnish(app: &TestApp, courses: u32) -> anyhow::Result<String> {
    let admin = app.admin().await;
    let mut last = String::new();
    for begin in (1..=courses).step_by(AT_ONCE as usize) {
        let numbers = begin..=courses.min(begin + AT_ONCE - 1);
        let made = numbers.map(|number| {
            let (app, admin) = (app, &admin);
            async move {
                let title = format!("Excel, tome {number}");
                let course = app.published(admin, &new_course(&title)).await;
                anyhow::Ok(course.id)
            }
        });
        last = try_join_all(made).await?.pop().unwrap_or(last);
    }
    Ok(last)
}

async fn compare(app: &TestApp, route: &'static str, path: &str, options: &Options) -> anyhow::Result<Compared> {
    let answer = app.get(path).send().await.expect(200);
    let body = Bytes::from(answer.text());
    let bytes = body.len();
    let product = measure(&app.at(app.addresses.gateway), path, options).await?;
    let stop = CancellationToken::new();
    let bare = serve_bare(body, stop.clone()).await?;
    let bare = measure(&app.at(bare), path, options).await?;
    stop.cancel();
    Ok(Compared { route, bytes, product, bare })
}

/// A route that does nothing but return these bytes.
async fn serve_bare(body: Bytes, stop: CancellationToken) -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    let router = Router::new().fallback(get(move || async move { ([(CONTENT_TYPE, "application/json")], body) }));
    let serving = axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned());
    drop(tokio::spawn(serving.into_future()));
    Ok(address)
}

/// All clients ask over and over until the time is up.
async fn measure(client: &Client, path: &str, options: &Options) -> anyhow::Result<Figures> {
    let started = Instant::now();
    let until = started + Duration::from_secs(options.seconds);
    let asking = (0..options.clients).map(|_| tokio::spawn(ask(client.clone(), path.to_owned(), until)));
    let asking: Vec<_> = asking.collect();
    let mut samples = Vec::new();
    for client in asking {
        samples.extend(client.await??);
    }
    Ok(Figures::of(samples, started.elapsed()))
}

async fn ask(client: Client, path: String, until: Instant) -> anyhow::Result<Vec<Duration>> {
    let mut samples = Vec::new();
    while Instant::now() < until {
        let asked = Instant::now();
        let answer = client.get(&path).send().await;
        ensure!(answer.status == 200, "{answer}");
        samples.push(asked.elapsed());
    }
    Ok(samples)
}

fn tell(report: &Report) {
    let Report { machine, courses, clients, routes } = report;
    say(machine);
    say("");
    say(format!("{courses} courses, {clients} clients, client and servers on the same cores:"));
    for Compared { route, bytes, product, bare } in routes {
        say(format!("  {route} ({bytes} bytes)"));
        for (what, Figures { count, rate, p50_ms, p99_ms }) in [("product", product), ("bare axum", bare)] {
            say(format!("    {what:<10} {count:>7} answers ({rate:.0} /s), p50 {p50_ms:.1} ms, p99 {p99_ms:.1} ms"));
        }
        say(format!(
            "    the product answers {:.2} of what the bare route does",
            product.rate / bare.rate.max(f64::EPSILON)
        ));
    }
}
