//! Learners in courses, through the API.

use serde_json::{Value, json};

use crate::people::{id_of, new_course, new_lesson};
use crate::{Answer, DraftCourse, Person, TestApp};

/// A course that costs nothing.
#[must_use]
pub fn free_course(title: &str) -> Value {
    let mut course = new_course(title);
    course["price"] = json!(0);
    course
}

impl TestApp {
    /// POST /courses/:id/enroll.
    pub async fn enroll(&self, learner: &Person, course: &str) -> Answer {
        self.post(&format!("/courses/{course}/enroll")).bearer(&learner.token).send().await
    }

    /// POST /courses/:id/drop.
    pub async fn leave(&self, learner: &Person, course: &str) -> Answer {
        self.post(&format!("/courses/{course}/drop")).bearer(&learner.token).send().await
    }

    /// PATCH /courses/:id/lessons/:lesson_id/progress.
    pub async fn go_on(&self, learner: &Person, course: &str, lesson: &str, report: &Value) -> Answer {
        self.patch(&format!("/courses/{course}/lessons/{lesson}/progress"))
            .bearer(&learner.token)
            .json(report)
            .send()
            .await
    }

    /// The lesson is completed.
    pub async fn complete(&self, learner: &Person, course: &str, lesson: &str) -> Answer {
        self.go_on(learner, course, lesson, &json!({ "status": "completed" })).await.expect(200)
    }

    /// GET /courses/:id/progress.
    pub async fn progress(&self, learner: &Person, course: &str) -> Answer {
        self.get(&format!("/courses/{course}/progress")).bearer(&learner.token).send().await
    }

    /// GET /courses/:id/lessons/:lesson_id.
    pub async fn lesson(&self, reader: &Person, course: &str, lesson: &str) -> Answer {
        self.get(&format!("/courses/{course}/lessons/{lesson}")).bearer(&reader.token).send().await
    }

    /// A lesson more in the first module of a course; its id.
    pub async fn add_lesson(&self, instructor: &Person, course: &DraftCourse, lesson: &Value) -> String {
        let path = format!("/courses/{}/modules/{}/lessons", course.id, course.module);
        id_of(&self.post(&path).bearer(&instructor.token).json(lesson).send().await.expect(201), "lesson")
    }

    /// So many lessons more, texts.
    pub async fn add_lessons(&self, instructor: &Person, course: &DraftCourse, count: usize) -> Vec<String> {
        let mut ids = Vec::new();
        for n in 0..count {
            ids.push(self.add_lesson(instructor, course, &new_lesson(&format!("Leçon {}", n + 2))).await);
        }
        ids
    }

    /// POST /admin/grants.
    pub async fn give(&self, admin: &Person, learner: &Person, course: &str) -> Answer {
        let grant = json!({ "user_id": learner.id, "course_id": course, "reason": "Boursière" });
        self.post("/admin/grants").bearer(&admin.token).json(&grant).send().await
    }

    /// DELETE /admin/grants/:id.
    pub async fn take(&self, admin: &Person, grant: &str) -> Answer {
        self.delete(&format!("/admin/grants/{grant}")).bearer(&admin.token).send().await
    }

    /// `enrollments_count` of a course, as its owner or an admin sees it.
    pub async fn learners_of(&self, viewer: &Person, course: &str) -> u64 {
        let shown = self.get(&format!("/courses/{course}")).bearer(&viewer.token).send().await.expect(200);
        shown.data()["course"]["enrollments_count"].as_u64().unwrap()
    }
}
