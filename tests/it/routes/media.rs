//! POST /media, GET /media/:id; what lessons show of uploads is in `lesson_media`.

use std::collections::{BTreeSet, HashMap};

use command_api::media::sweep;
use serde_json::{Value, json};
use tests::learners::free_course;
use tests::people::{PASSWORD, id_of, new_course};
use tests::uploads::{FILM, Form, IMAGE};
use tests::{Answer, AppOptions, Person, TestApp, eventually, scaled, shape};
use tokio::io::AsyncWriteExt as _;
use uuid::Uuid;

fn media() -> Value {
    json!({
        "_id": "uuid", "filename": "string", "content_type": "string", "size": "integer", "url": "string",
        "created_at": "time",
    })
}

/// An uploaded file: its id, and its address.
pub async fn url_of(app: &TestApp, by: &Person, filename: &str, content: &[u8]) -> (String, String) {
    let uploaded = app.upload(by, filename, content).await.expect(201);
    (id_of(&uploaded, "media"), uploaded.data()["media"]["url"].as_str().unwrap().to_owned())
}

/// A lesson whose film is an upload.
pub fn film_of(media_id: &str) -> Value {
    json!({ "title": "Un film", "type": "video", "video": { "media_id": media_id, "duration_seconds": 90 } })
}

/// Puts a lesson into the module of a course.
pub async fn add(app: &TestApp, by: &Person, course: &tests::DraftCourse, lesson: &Value) -> Answer {
    let path = format!("/courses/{}/modules/{}/lessons", course.id, course.module);
    app.post(&path).bearer(&by.token).json(lesson).send().await
}

/// The files that there are, on their way or whole.
pub fn files(app: &TestApp) -> Vec<String> {
    let folder = app.media_folder.read_dir().unwrap();
    folder.map(|file| file.unwrap().file_name().to_string_lossy().into_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_image_is_its_owners_until_it_is_their_avatar_or_on_the_cover_of_a_course() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let (owner, learner, stranger) = (app.instructor(&admin).await, app.learner().await, app.learner().await);
    let uploaded = app.upload(&learner, "C:\\photos\\moi.png", IMAGE).await.expect(201);
    shape::assert_shape(&uploaded.json(), &json!({ "success": "boolean", "data": { "media": media() } }));
    assert_eq!((uploaded.position(), uploaded.header("etag")), (app.head().await, Some("\"1\"")));
    let shown = uploaded.data()["media"].take();
    assert_eq!((&shown["filename"], &shown["content_type"]), (&json!("moi.png"), &json!("image/png")));
    assert_eq!(shown["size"], json!(IMAGE.len()));
    let (id, url) = (shown["_id"].as_str().unwrap(), shown["url"].as_str().unwrap());
    assert_eq!(url, format!("http://localhost:0/api/v1/media/{id}"), "absolute, by the setting");
    assert_eq!(files(&app), [id]);

    for person in [&learner, &admin] {
        let bytes = app.follow(url).bearer(&person.token).send().await.expect(200);
        assert_eq!(bytes.bytes, IMAGE);
        let headers = ["content-type", "x-content-type-options", "accept-ranges", "cache-control"];
        let headers = headers.map(|name| bytes.header(name).unwrap().to_owned());
        assert_eq!(headers, ["image/png", "nosniff", "bytes", "private, no-cache"]);
        assert!(bytes.header("content-disposition").unwrap().starts_with("inline"));
    }
    app.follow(url).send().await.assert_refused(404, "not_found");
    app.follow(url).bearer(&stranger.token).send().await.assert_refused(404, "not_found");
    let avatar = json!({ "avatar_url": url });
    let _ = app.patch("/auth/profile").bearer(&learner.token).json(&avatar).send().await.expect(200);
    let _ = app.follow(url).send().await.expect(200);
    // Somebody else's avatar does not open it.
    let (other, other_url) = url_of(&app, &owner, "cover.png", IMAGE).await;
    let avatar = json!({ "avatar_url": other_url });
    let _ = app.patch("/auth/profile").bearer(&stranger.token).json(&avatar).send().await.expect(200);
    app.follow(&other_url).send().await.assert_refused(404, "not_found");

    let mut course = new_course("Excel, les bases");
    course["image_url"] = json!(other_url);
    let draft = app.draft_of(&owner, &course).await;
    app.follow(&other_url).send().await.assert_refused(404, "not_found");
    let publish = app.post(&format!("/courses/{}/publish", draft.id)).bearer(&owner.token);
    let _ = publish.send().await.expect(200);
    assert_eq!(app.get(&format!("/media/{other}")).send().await.expect(200).bytes, IMAGE);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ranges_are_served_and_what_is_past_the_end_is_not() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let text = b"0123456789";
    let (_, url) = url_of(&app, &admin, "chiffres.csv", text).await;
    let ranged = async |range: &str| app.follow(&url).bearer(&admin.token).header("Range", range).send().await;
    for (range, bytes, content_range) in [
        ("bytes=0-3", "0123", "bytes 0-3/10"),
        ("bytes=4-", "456789", "bytes 4-9/10"),
        ("bytes=-2", "89", "bytes 8-9/10"),
        ("bytes=8-99", "89", "bytes 8-9/10"),
    ] {
        let answer = ranged(range).await.expect(206);
        assert_eq!((answer.text().as_str(), answer.header("content-range")), (bytes, Some(content_range)), "{range}");
        assert_eq!(answer.header("content-length"), Some(bytes.len().to_string().as_str()));
    }
    for range in ["bytes=10-", "bytes=99-100"] {
        let answer = ranged(range).await;
        assert_eq!(answer.header("content-range"), Some("bytes */10"), "{range}");
        answer.assert_refused(416, "range_not_satisfiable");
    }
    for range in ["bytes=0-1,4-5", "lines=1-2", "bytes=x"] {
        assert_eq!(ranged(range).await.expect(200).bytes, text, "{range}: all of it, as is allowed");
    }
    let whole = ranged("").await.expect(200);
    assert_eq!(whole.header("content-type"), Some("text/plain"));
    assert!(whole.header("content-disposition").unwrap().starts_with("attachment"));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_bad_too_large_or_not_theirs_is_refused_and_leaves_nothing() {
    let settings = HashMap::from([("HAR_MEDIA_LIMIT".to_owned(), "100000".to_owned())]);
    let app = TestApp::start(AppOptions { settings, ..AppOptions::default() }).await;
    let admin = app.admin().await;
    let (owner, other, learner) = (app.instructor(&admin).await, app.instructor(&admin).await, app.learner().await);
    let course = app.draft(&owner, "Excel, les bases").await;
    let head = app.head().await;
    let send = async |form: Form| form.of(app.post("/media").bearer(&owner.token)).send().await;
    send(Form::new("x")).await.assert_invalid("validation_failed", &["file: required"]);
    app.upload(&owner, "vide.mp4", b"").await.assert_invalid("validation_failed", &["file: required"]);
    send(Form::new("x").part("fichier", None, FILM)).await.assert_refused(400, "unknown_field");
    let twice = Form::new("x").part("file", None, FILM).part("file", None, FILM);
    send(twice).await.assert_refused(400, "malformed_body");
    app.upload(&owner, &"a".repeat(256), FILM).await.assert_invalid("validation_failed", &["file: too_long"]);
    let json = app.post("/media").bearer(&owner.token).json(&json!({ "file": "x" }));
    json.send().await.assert_refused(400, "malformed_body");
    let cut = app.post("/media").bearer(&owner.token);
    let cut = cut.body(Some("multipart/form-data; boundary=x"), &b"--x\r\nContent-Disp"[..]);
    cut.send().await.assert_refused(400, "malformed_body");
    let mut large = FILM.to_vec();
    large.resize(100_001, 7);
    app.upload(&owner, "long.mp4", &large).await.assert_refused(413, "payload_too_large");
    for content in [&b"MZ\x90\0\x03 no film"[..], b"<!DOCTYPE html><html></html>", b"\xff\xfe\0\0"] {
        app.upload(&owner, "film.mp4", content).await.assert_refused(415, "unsupported_media_type");
    }
    app.upload(&learner, "film.png", FILM).await.assert_refused(415, "unsupported_media_type");
    app.post("/media").send().await.assert_refused(401, "unauthorized");
    assert_eq!(app.head().await, head);
    assert_eq!(files(&app), Vec::<String>::new());

    // The limit itself is allowed.
    let (id, _) = url_of(&app, &owner, "long.mp4", &large[..100_000]).await;
    let (theirs, _) = url_of(&app, &other, "film.mp4", FILM).await;
    let (image, _) = url_of(&app, &owner, "image.png", IMAGE).await;
    let head = app.head().await;
    for unknown in [theirs, image, Uuid::now_v7().to_string(), "x".to_owned()] {
        let answer = add(&app, &owner, &course, &film_of(&unknown)).await;
        answer.assert_invalid("validation_failed", &["video.media_id: invalid"]);
    }
    let mut both = film_of(&id);
    both["video"]["url"] = json!("https://video.example/1.mp4");
    add(&app, &owner, &course, &both).await.assert_invalid("validation_failed", &["video.url: ambiguous"]);
    for unknown in [Uuid::now_v7().to_string(), "x".to_owned(), course.id.clone()] {
        app.get(&format!("/media/{unknown}")).bearer(&admin.token).send().await.assert_refused(404, "not_found");
    }
    assert_eq!(app.head().await, head);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_that_is_cut_off_leaves_nothing() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let mut connection = tokio::net::TcpStream::connect(app.addresses.gateway).await.unwrap();
    let head = format!(
        "POST /api/v1/media HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Length: 1000000\r\n\
         Content-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\nContent-Disposition: form-data; \
         name=\"file\"; filename=\"f.mp4\"\r\n\r\n",
        admin.token
    );
    connection.write_all(head.as_bytes()).await.unwrap();
    connection.write_all(FILM).await.unwrap();
    connection.write_all(&[7; 100_000]).await.unwrap();
    eventually("the file is on its way", async || !files(&app).is_empty()).await;
    let head = app.head().await;
    drop(connection);
    eventually("nothing is left of it", async || files(&app).is_empty()).await;
    assert_eq!(app.head().await, head);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_upload_with_the_same_key_is_one() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let mut content = FILM.to_vec();
    // More than any other body may have.
    content.resize(3 * 1024 * 1024, 7);
    let send = async |boundary: &str, content: &[u8]| {
        let form = Form::new(boundary).part("file", Some("film.mp4"), content);
        form.of(app.post("/media").bearer(&admin.token).key("once")).send().await
    };
    let first = send("one", &content).await.expect(201);
    // What stands between the parts is another each time that a browser sends a form.
    let again = send("other", &content).await.expect(201);
    assert_eq!((again.data(), again.header("idempotent-replayed")), (first.data(), Some("true")));
    assert_eq!(files(&app).len(), 1);
    content[100] = 8;
    send("one", &content).await.assert_refused(409, "idempotency_key_reused");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_has_the_bytes_is_not_sent_them_and_a_part_is_of_those_that_it_was_begun_with() {
    let app = TestApp::start(AppOptions::default()).await;
    let learner = app.learner().await;
    let (_, url) = url_of(&app, &learner, "moi.png", IMAGE).await;
    let get = || app.follow(&url).bearer(&learner.token);
    let whole = get().send().await.expect(200);
    let etag = whole.header("etag").unwrap().to_owned();
    for known in [etag.clone(), format!("W/{etag}"), format!("\"x\", {etag}"), "*".to_owned()] {
        let answer = get().header("If-None-Match", &known).send().await.expect(304);
        assert_eq!((answer.bytes.len(), answer.header("etag")), (0, Some(etag.as_str())), "{known}");
    }
    let _ = get().header("If-None-Match", "\"x\"").send().await.expect(200);
    for (begun_with, status) in [(etag.as_str(), 206), ("\"x\"", 200), ("Fri, 27 Nov 2026 07:00:00 GMT", 200)] {
        let _ = get().header("Range", "bytes=0-3").header("If-Range", begun_with).send().await.expect(status);
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_that_nobody_needs_are_removed() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let (owner, learner, stays) = (app.instructor(&admin).await, app.learner().await, app.learner().await);
    let course = app.published(&owner, &free_course("Films")).await;
    let (film, _) = url_of(&app, &owner, "film.mp4", FILM).await;
    let _ = add(&app, &owner, &course, &film_of(&film)).await.expect(201);
    let (image, address) = url_of(&app, &owner, "schema.png", IMAGE).await;
    let text = json!({ "title": "Lire", "type": "text", "content": format!("<img src=\"{address}\">") });
    let _ = add(&app, &owner, &course, &text).await.expect(201);
    let (unused, _) = url_of(&app, &owner, "inutile.mp4", FILM).await;
    let (avatar, _) = url_of(&app, &learner, "moi.png", IMAGE).await;
    let (kept, _) = url_of(&app, &stays, "moi.png", IMAGE).await;
    let stray = Uuid::now_v7().to_string();
    std::fs::write(app.media_folder.join(&stray), IMAGE).unwrap();

    let (commands, shelf) = (&app.commands.commands, &app.commands.shelf);
    let (before, now) = (chrono::Utc::now() - chrono::TimeDelta::hours(1), async || {
        sweep(commands, shelf, chrono::Utc::now() + chrono::TimeDelta::minutes(1)).await.unwrap()
    });
    assert_eq!(sweep(commands, shelf, before).await.unwrap(), 0, "what is young may be on its way");
    assert_eq!(now().await, 1, "the stray one");
    for person in [&owner, &learner] {
        let password = json!({ "password": PASSWORD });
        let _ = app.delete("/auth/profile").bearer(&person.token).json(&password).send().await.expect(200);
    }
    assert_eq!((now().await, now().await), (2, 0));
    let left: BTreeSet<String> = files(&app).into_iter().collect();
    assert_eq!(left, BTreeSet::from([film.clone(), image, kept]), "who holds the course keeps what it shows");
    let events = app.events_after(0).await;
    let removed = events.iter().filter(|event| event.event_type == "MediaRemoved");
    let removed: BTreeSet<&str> = removed.map(|event| event.stream_id.as_str()).collect();
    assert_eq!(removed, BTreeSet::from([unused.as_str(), avatar.as_str()]));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_film_comes_and_goes_byte_by_byte() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let owner = app.instructor(&admin).await;
    // 50 MB when everything is run whole.
    let mut film = FILM.to_vec();
    film.extend((0..scaled(50_000_000)).map(|byte| u8::try_from(byte % 251).unwrap()));
    let (_, url) = url_of(&app, &owner, "long.mp4", &film).await;
    let whole = app.follow(&url).bearer(&owner.token).send().await.expect(200);
    assert!(whole.bytes == film, "other bytes");
    let middle = film.len() / 2;
    let range = format!("bytes={middle}-{}", middle + 999);
    let part = app.follow(&url).bearer(&owner.token).header("Range", &range).send().await.expect(206);
    assert!(part.bytes == film[middle..middle + 1_000], "another part");
    app.stop().await;
}
