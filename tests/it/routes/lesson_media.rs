//! Uploads that lessons show or link to: films, still pictures, images and files.

use serde_json::{Value, json};
use tests::learners::free_course;
use tests::people::id_of;
use tests::uploads::{FILM, Form, IMAGE};
use tests::{AppOptions, Person, TestApp, shape};

use crate::media::{add, files, film_of, url_of};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lesson_shows_an_uploaded_film_to_whom_it_is_open() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let (owner, other) = (app.instructor(&admin).await, app.instructor(&admin).await);
    let (learner, stranger) = (app.learner().await, app.learner().await);
    let course = app.published(&owner, &free_course("Excel, les bases")).await;
    let (id, url) = url_of(&app, &owner, "leçon.mp4", FILM).await;
    let added = add(&app, &owner, &course, &film_of(&id)).await.expect(201);
    shape::assert_shape(&added.data()["lesson"], &shape::lesson(true));
    let lesson = id_of(&added, "lesson");
    let film = added.data()["lesson"]["video"]["url"].as_str().unwrap().to_owned();
    assert!(film.starts_with(&format!("{url}?expires=")), "{film}");
    // A player has no token: whoever has the address sees it, and nothing else.
    let watched = app.follow(&film).header("Range", "bytes=0-7").send().await.expect(206);
    assert_eq!(watched.header("content-type"), Some("video/mp4"));
    app.follow(&film.replace("expires=", "expires=9")).send().await.assert_refused(404, "not_found");
    app.follow(&format!("{film}0")).send().await.assert_refused(404, "not_found");

    let outline = app.get(&format!("/courses/{}", course.id)).send().await.expect(200).data();
    assert_eq!(outline["course"]["modules"][0]["lessons"][1]["video"]["url"], json!(null));
    let by_token = async |who: &Person| app.follow(&url).bearer(&who.token).send().await;
    by_token(&learner).await.assert_refused(404, "not_found");
    let _ = app.enroll(&learner, &course.id).await.expect(201);
    assert_eq!(by_token(&learner).await.expect(200).bytes, FILM);
    let shown = app.lesson(&learner, &course.id, &lesson).await.expect(200).data();
    let film = shown["lesson"]["video"]["url"].as_str().unwrap();
    assert_eq!(app.follow(film).send().await.expect(200).bytes, FILM);
    for person in [&stranger, &other] {
        by_token(person).await.assert_refused(404, "not_found");
    }
    let _ = app.leave(&learner, &course.id).await.expect(200);
    by_token(&learner).await.assert_refused(404, "not_found");
    // A preview is for everybody who is signed in; a lesson with another film shows this one no more.
    let path = format!("/courses/{}/modules/{}/lessons/{lesson}", course.id, course.module);
    let change = async |change: Value| app.patch(&path).bearer(&owner.token).json(&change).send().await.expect(200);
    let changed = change(json!({ "preview": true })).await;
    assert!(changed.data()["lesson"]["video"]["url"].as_str().unwrap().starts_with(&url));
    let _ = by_token(&stranger).await.expect(200);
    let _ = change(json!({ "video": { "url": "https://video.example/1.mp4" } })).await;
    by_token(&stranger).await.assert_refused(404, "not_found");
    let _ = change(json!({ "video": { "media_id": id } })).await;
    let _ = by_token(&stranger).await.expect(200);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_lesson_s_text_shows_or_links_to_is_for_whom_the_lesson_is_open_to() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let (owner, other) = (app.instructor(&admin).await, app.instructor(&admin).await);
    let (learner, stranger) = (app.learner().await, app.learner().await);
    let course = app.published(&owner, &free_course("Excel, les bases")).await;
    let _ = app.enroll(&learner, &course.id).await.expect(201);
    let (_, table) = url_of(&app, &owner, "exercice.csv", b"a;b\n1;2\n").await;
    let (_, image) = url_of(&app, &owner, "schema.png", IMAGE).await;
    let (_, still) = url_of(&app, &owner, "film.png", IMAGE).await;
    let (_, foreign) = url_of(&app, &other, "autre.png", IMAGE).await;
    let seen = async |who: &Person, url: &str| app.follow(url).bearer(&who.token).send().await.status;
    for url in [&table, &image, &still] {
        assert_eq!(seen(&learner, url).await, 404, "nothing shows it yet");
    }
    // To be named by somebody else does not open it, nor hide it, however often.
    let copy = app.published(&other, &free_course("Excel, copié")).await;
    let text = json!({ "title": "Lire", "type": "text", "content": format!("<a href=\"{table}\">Le fichier</a>") });
    for _ in 0..100 {
        let _ = add(&app, &other, &copy, &text).await.expect(201);
    }
    let text = format!("<p><a href=\"{table}\">Le fichier</a> <img src=\"{image}\"> <img src=\"{foreign}\"></p>");
    let text = json!({ "title": "Lire", "type": "text", "content": text });
    let lesson = id_of(&add(&app, &owner, &course, &text).await.expect(201), "lesson");
    let film = json!({ "url": "https://video.example/1.mp4", "thumbnail_url": still });
    let film = json!({ "title": "Voir", "type": "video", "video": film });
    let _ = add(&app, &owner, &course, &film).await.expect(201);
    for url in [&table, &image] {
        let statuses = [seen(&learner, url).await, seen(&stranger, url).await, seen(&other, url).await];
        assert_eq!(statuses, [200, 404, 404], "{url}");
        app.follow(url).send().await.assert_refused(404, "not_found");
    }
    assert_eq!(seen(&learner, &foreign).await, 404);
    // Everybody sees the outline, and its pictures, while the course is published.
    let _ = app.follow(&still).send().await.expect(200);
    let course_path = format!("/courses/{}", course.id);
    let _ = app.post(&format!("{course_path}/unpublish")).bearer(&owner.token).send().await.expect(200);
    app.follow(&still).send().await.assert_refused(404, "not_found");
    let _ = app.post(&format!("{course_path}/publish")).bearer(&owner.token).send().await.expect(200);
    // A lesson that shows it no more opens it no more.
    let path = format!("{course_path}/modules/{}/lessons/{lesson}", course.module);
    let change = json!({ "content": format!("<img src=\"{image}\">") });
    let _ = app.patch(&path).bearer(&owner.token).json(&change).send().await.expect(200);
    assert_eq!([seen(&learner, &table).await, seen(&learner, &image).await], [404, 200]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lesson_comes_with_its_film_in_one_request() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let (owner, other) = (app.instructor(&admin).await, app.instructor(&admin).await);
    let course = app.draft(&owner, "Excel, les bases").await;
    let path = format!("/courses/{}/modules/{}/lessons", course.id, course.module);
    let lesson = json!({ "title": "Un film", "type": "video", "order": 1 });
    let send = async |by: &Person, form: Form| form.of(app.post(&path).bearer(&by.token)).send().await;
    for (film_first, boundary) in [(true, "a"), (false, "b")] {
        let form = Form::new(boundary);
        let form = if film_first {
            form.part("video", Some("film.mp4"), FILM).json("lesson", &lesson)
        } else {
            form.json("lesson", &lesson).part("video", Some("film.mp4"), FILM)
        };
        let added = send(&owner, form).await.expect(201);
        shape::assert_shape(&added.data()["lesson"], &shape::lesson(true));
        let film = added.data()["lesson"]["video"]["url"].as_str().unwrap().to_owned();
        assert_eq!(app.follow(&film).send().await.expect(200).bytes, FILM);
        assert_eq!(added.position(), app.head().await);
    }
    let (head, stored) = (app.head().await, files(&app).len());
    let bad = json!({ "title": " ", "type": "video" });
    let both = json!({ "title": "t", "type": "video", "video": { "url": "https://video.example/1.mp4" } });
    let film = || Form::new("c").part("video", Some("film.mp4"), FILM);
    send(&owner, film().json("lesson", &bad)).await.assert_invalid("validation_failed", &["title: required"]);
    send(&owner, film().json("lesson", &both)).await.assert_invalid("validation_failed", &["video.url: ambiguous"]);
    send(&owner, film()).await.assert_invalid("validation_failed", &["lesson: required"]);
    send(&owner, Form::new("c").json("lesson", &lesson))
        .await
        .assert_invalid("validation_failed", &["video: required"]);
    send(&owner, film().json("lesson", &json!([]))).await.assert_refused(400, "malformed_body");
    send(&owner, film().json("more", &lesson)).await.assert_refused(400, "unknown_field");
    let image = Form::new("c").part("video", Some("film.mp4"), IMAGE).json("lesson", &lesson);
    send(&owner, image).await.assert_refused(415, "unsupported_media_type");
    send(&other, film().json("lesson", &lesson)).await.assert_refused(403, "forbidden");
    assert_eq!((app.head().await, files(&app).len()), (head, stored), "nothing is left of them");
    // What an admin sends with a lesson of somebody's course is that instructor's.
    let added = send(&admin, film().json("lesson", &lesson)).await.expect(201);
    let film = app.events_after(head).await.into_iter().find(|event| event.event_type == "MediaUploaded").unwrap();
    assert_eq!(film.data["owner_id"], owner.id);
    let again = json!({ "title": "Le même", "type": "video", "video": { "media_id": film.stream_id } });
    let _ = app.post(&path).bearer(&owner.token).json(&again).send().await.expect(201);
    let url = added.data()["lesson"]["video"]["url"].as_str().unwrap().to_owned();
    assert_eq!(app.follow(&url).send().await.expect(200).bytes, FILM);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_sends_back_a_lesson_as_it_was_shown_keeps_its_film() {
    let app = TestApp::start(AppOptions::default()).await;
    let admin = app.admin().await;
    let owner = app.instructor(&admin).await;
    let course = app.published(&owner, &free_course("Films")).await;
    let (id, url) = url_of(&app, &owner, "film.mp4", FILM).await;
    let (other, _) = url_of(&app, &owner, "autre.mp4", FILM).await;
    let shown = add(&app, &owner, &course, &film_of(&id)).await.expect(201).data()["lesson"].take();
    let path = format!("/courses/{}/modules/{}/lessons/{}", course.id, course.module, shown["_id"].as_str().unwrap());
    let change = |video: Value| app.patch(&path).bearer(&owner.token).json(&json!({ "video": video }));
    let address = shown["video"]["url"].as_str().unwrap();
    assert!(address.contains("signature="), "{address}");
    for video in [
        json!({ "url": address, "duration_seconds": 120 }),
        json!({ "url": url, "duration_seconds": 120 }),
        json!({ "url": address, "media_id": id, "duration_seconds": 120 }),
    ] {
        let changed = change(video).send().await.expect(200).data()["lesson"]["video"].take();
        assert!(changed["url"].as_str().unwrap().contains("signature="), "{changed}");
        assert_eq!(changed["duration_seconds"], 120);
        let stored = app.events_after(0).await.into_iter().rev().find(|event| event.event_type == "LessonChanged");
        let data = stored.unwrap().data.to_string();
        assert!(data.contains(&id) && !data.contains("signature"), "{data}");
    }
    let ambiguous = change(json!({ "url": address, "media_id": other })).send().await;
    ambiguous.assert_refused(400, "validation_failed");
    app.stop().await;
}
