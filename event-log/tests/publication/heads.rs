//! Signed heads are kept in both places.

use event_log::{HeadRecorder, HeadSigner, SignedHead, read_heads, verify_head};
use tempfile::TempDir;

use crate::support::{Process, fresh_names};

#[tokio::test]
async fn a_head_that_moved_is_signed_and_kept_in_a_file_and_on_nats() {
    let process = Process::new().await;
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("made/when/missing/heads.ndjson");
    let signer = HeadSigner::new(&[3; 32]);
    let mut recorder = HeadRecorder::new(signer.clone(), &file);
    assert_eq!(recorder.record(&process.log, &process.nats).await.unwrap(), None, "an empty log has no head");
    process.append(3).await;
    let first = recorder.record(&process.log, &process.nats).await.unwrap().unwrap();
    assert_eq!(recorder.record(&process.log, &process.nats).await.unwrap(), None, "it has not moved");
    process.append(2).await;
    let second = recorder.record(&process.log, &process.nats).await.unwrap().unwrap();

    let events = process.everything().await;
    assert_eq!((first.position, &first.hash), (3, &events[2].hash));
    assert_eq!((second.position, &second.hash), (5, &events[4].hash));
    let in_file = read_heads(&file).await.unwrap();
    assert_eq!(in_file, [first.clone(), second.clone()]);
    let jetstream = process.jetstream();
    let stream = jetstream.get_stream(format!("{}_HEADS", process.log.names().prefix.to_uppercase())).await.unwrap();
    for (sequence, head) in [(1, &first), (2, &second)] {
        let message = stream.get_raw_message(sequence).await.unwrap();
        assert_eq!(&serde_json::from_slice::<SignedHead>(&message.payload).unwrap(), head);
        assert_eq!(verify_head(head, &signer.public_key()), Ok(()));
    }
}

#[tokio::test]
async fn without_nats_the_file_has_it_and_the_failure_is_told() {
    let nowhere = format!("nats://127.0.0.1:{}", local_servers::free_port().unwrap());
    let process = Process::with_nats(fresh_names(), &nowhere).await;
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("heads.ndjson");
    let mut recorder = HeadRecorder::new(HeadSigner::new(&[3; 32]), &file);
    process.append(1).await;
    assert!(recorder.record(&process.log, &process.nats).await.is_err());
    assert_eq!(read_heads(&file).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_line_that_a_crash_has_cut_is_left_out() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("heads.ndjson");
    let head = event_log::Head { position: 1, hash: "0".repeat(64) };
    let signed = HeadSigner::new(&[3; 32]).sign(&head, events::Timestamp::new(chrono::Utc::now())).unwrap();
    let line = serde_json::to_string(&signed).unwrap();
    std::fs::write(&file, format!("{line}\n{line}\n{}", &line[..40])).unwrap();
    assert_eq!(read_heads(&file).await.unwrap(), [signed.clone(), signed]);
    std::fs::write(&file, format!("{line}\nnonsense\n{line}\n")).unwrap();
    assert!(read_heads(&file).await.is_err());
}
