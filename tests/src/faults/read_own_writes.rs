//! P6: who registers reads it, at once and elsewhere.

use anyhow::ensure;
use reqwest::StatusCode;
use tokio::time::Instant;

use super::world::World;
use super::{Figure, Outcome, Part, Programs, Scale};

/// Registers people one after the other, and reads each account, on the read process, as soon as the answer is there. An
/// answer that does not say `pending` promises that the read shows it.
pub async fn run(programs: &Programs, scale: Scale) -> Outcome {
    let started = Instant::now();
    let people = scale.of(20, 200);
    let world = World::start(programs, &[]).await?;
    let (commands, queries) = (world.run(Part::CommandApi).await?, world.run(Part::QueryApi).await?);
    let _projectors = world.run(Part::Projectors).await?;
    let (commands, queries) = (commands.api()?, queries.api()?);
    let (mut stale, mut pending) = (0, 0);
    for person in 0..people {
        let email = format!("person-{person}@example.org");
        let registered = commands.register(&email, None).await?;
        ensure!(registered.status == StatusCode::CREATED, "register: {}", registered.shown());
        let read = queries.get("/auth/profile", Some(registered.text("/data/token")?), None).await?;
        if registered.is_pending() {
            pending += 1;
            continue;
        }
        let shows = read.status == StatusCode::OK
            && read.text("/data/user/email")? == email
            && read.number("x-position")? >= registered.number("x-position")?;
        stale += usize::from(!shows);
    }
    ensure!(stale == 0, "{stale} of {people} reads were stale");
    ensure!(pending * 10 <= people, "{pending} of {people} commands did not wait for the read side");
    let result = format!("0 stale; {pending} answers said that the read side was pending");
    Ok(vec![Figure::new("register, then read", format!("{people} people"), result, started)])
}
