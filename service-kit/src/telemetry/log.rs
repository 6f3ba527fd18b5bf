//! Logs: one JSON object per line and event, with the fields of the spans around it.

use std::fmt;
use std::io::Write;

use chrono::{SecondsFormat, Utc};
use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

/// Logging can't start.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The filter (`HAR_LOG`) is none: `info`, `warn,my_crate=debug`, …
    #[error("not a log filter: {0}")]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    /// The process logs already.
    #[error("logging has been started before")]
    Started(#[from] tracing_subscriber::util::TryInitError),
}

/// Starts logging to standard output, once per process, and logs panics too (where, not what: a panic may quote what it
/// choked on).
///
/// # Errors
/// [`TelemetryError`].
pub fn init(filter: &str) -> Result<(), TelemetryError> {
    init_to(filter, std::io::stdout)
}

/// Like [`init`], to another place.
///
/// # Errors
/// [`TelemetryError`].
pub fn init_to<W>(filter: &str, writer: W) -> Result<(), TelemetryError>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let filter = EnvFilter::builder().parse(filter)?;
    tracing_subscriber::registry().with(filter).with(JsonLines { writer }).try_init()?;
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "panicked");
    }));
    Ok(())
}

/// Writes each event as one line: `time`, `level`, `target`, the event's fields, and those of the spans around it
/// (`request_id`, `correlation_id`, …) at the same level; the inner one wins.
struct JsonLines<W> {
    writer: W,
}

/// The fields of a span, kept with it.
#[derive(Default)]
struct Fields(Map<String, Value>);

impl<S, W> Layer<S> for JsonLines<W>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'a> MakeWriter<'a> + 'static,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
        {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut line = Fields::default();
        for span in context.event_scope(event).into_iter().flat_map(tracing_subscriber::registry::Scope::from_root) {
            if let Some(fields) = span.extensions().get::<Fields>() {
                line.0.extend(fields.0.clone());
            }
        }
        event.record(&mut line);
        let metadata = event.metadata();
        line.put("time", Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true).into());
        line.put("level", metadata.level().as_str().into());
        line.put("target", metadata.target().into());
        let mut text = Value::Object(line.0).to_string();
        text.push('\n');
        // Nobody is left to tell when the log itself can't be written. In one call, so that lines don't mix.
        let _ = self.writer.make_writer_for(metadata).write_all(text.as_bytes());
    }
}

impl Fields {
    fn put(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }
}

impl Visit for Fields {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field.name(), value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field.name(), value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field.name(), value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field.name(), value.into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if !value.is_empty() {
            self.put(field.name(), value.into());
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field.name(), format!("{value:?}").into());
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::http::test_client::{app, request, send};

    #[derive(Clone, Default)]
    struct Memory(Arc<Mutex<Vec<u8>>>);

    impl Write for Memory {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn an_event_is_one_line_with_the_fields_of_its_spans() {
        let memory = Memory::default();
        let writer = memory.clone();
        let subscriber = tracing_subscriber::registry()
            .with(EnvFilter::new("info"))
            .with(JsonLines { writer: move || writer.clone() });
        tracing::subscriber::with_default(subscriber, || {
            let outer = tracing::info_span!("request", request_id = "r-1", correlation_id = %"c-1", late = tracing::field::Empty);
            let _outer = outer.enter();
            outer.record("late", 3);
            let _inner = tracing::info_span!("step", step = 2_u64).entered();
            tracing::info!(count = -1_i64, "two\nlines");
            tracing::debug!("filtered");
        });
        let text = String::from_utf8(memory.0.lock().unwrap().clone()).unwrap();
        assert_eq!(text.lines().count(), 1, "{text}");
        let line: Value = serde_json::from_str(&text).unwrap();
        for (name, value) in [
            ("request_id", Value::from("r-1")),
            ("correlation_id", "c-1".into()),
            ("late", 3.into()),
            ("step", 2.into()),
            ("count", (-1).into()),
            ("message", "two\nlines".into()),
            ("level", "INFO".into()),
        ] {
            assert_eq!(line[name], value, "{name}");
        }
        assert!(line["time"].as_str().unwrap().ends_with('Z'));
    }

    #[tokio::test]
    async fn a_failed_request_is_one_line_with_its_ids_and_nothing_of_the_caller() {
        let memory = Memory::default();
        let writer = memory.clone();
        let subscriber = tracing_subscriber::registry()
            .with(EnvFilter::new("service_kit=debug"))
            .with(JsonLines { writer: move || writer.clone() });
        let guard = tracing::subscriber::set_default(subscriber);
        let fails = || async { crate::http::ApiError::internal("store is gone") };
        let app = app(axum::Router::new().route("/fails/{id}", axum::routing::get(fails)));
        let request = request(http::Method::GET, "/fails/canary-1?token=canary-2")
            .header("x-request-id", "r-7")
            .header("authorization", "Bearer canary-3")
            .header("user-agent", "canary-4");
        send(&app, request.body(axum::body::Body::empty()).unwrap()).await;
        drop(guard);
        let text = String::from_utf8(memory.0.lock().unwrap().clone()).unwrap();
        assert_eq!(text.lines().count(), 1, "{text}");
        let line: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(line["request_id"], "r-7");
        assert_eq!((&line["route"], &line["status"]), (&"/fails/{id}".into(), &500.into()));
        assert_eq!((&line["cause"], &line["level"]), (&"store is gone".into(), &"ERROR".into()));
        assert!(line["correlation_id"].is_string() && !text.contains("canary"), "{text}");
    }
}
