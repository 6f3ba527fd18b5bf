//! What learners have done, kept in memory by rules of its own: what each command answers, and what each GET shows.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// Courses and learners.
pub struct Model {
    /// The courses.
    pub courses: Vec<Course>,
    /// Of each learner, what they have done in each course.
    pub learners: Vec<Vec<InCourse>>,
}

/// A course: free, published, with a quiz.
pub struct Course {
    /// Its id.
    pub id: String,
    /// Its quiz, of one question that yes answers.
    pub quiz: String,
    /// The question.
    pub question: String,
    /// The lesson that has the quiz. It moves, and is never removed.
    pub quiz_lesson: String,
    /// Its modules with their lessons, in order.
    pub modules: Vec<(String, Vec<String>)>,
    /// Quiz lessons without a quiz of the academy: they take a score from outside.
    pub scored_elsewhere: Vec<String>,
    /// Lessons that were removed.
    pub gone: Vec<String>,
}

impl Course {
    /// The lessons of now.
    pub fn lessons(&self) -> impl Iterator<Item = &String> {
        self.modules.iter().flat_map(|(_, lessons)| lessons)
    }

    fn has(&self, lesson: &str) -> bool {
        self.lessons().any(|one| one == lesson)
    }
}

/// What somebody has done in a course.
#[derive(Clone, Default)]
pub struct InCourse {
    /// Whether they are in it; none when they never enrolled.
    pub present: Option<bool>,
    /// Whether they had done every lesson once.
    pub completed: bool,
    /// The lessons that are done, in the order they were.
    pub done: Vec<String>,
    /// How far they are with each lesson that they began.
    pub lessons: BTreeMap<String, LessonState>,
    /// The lesson they went on with last.
    pub last: Option<String>,
    /// Their stars and words.
    pub review: Option<(u64, Option<String>)>,
    /// How often they tried the quiz, and the best score.
    pub attempts: u64,
    /// The best score; none before the first attempt.
    pub best: Option<u64>,
}

/// How far somebody is with a lesson.
#[derive(Clone)]
pub struct LessonState {
    /// The word for it.
    pub status: &'static str,
    /// All the time spent on it.
    pub seconds: u64,
    /// What its quiz was worth.
    pub score: Option<u64>,
}

impl Default for LessonState {
    fn default() -> Self {
        Self { status: "not_started", seconds: 0, score: None }
    }
}

/// What a learner does.
pub enum Step {
    /// Enrolls.
    Enroll,
    /// Leaves.
    Leave,
    /// Goes on with a lesson, or begins it anew.
    GoOn {
        /// The lesson, perhaps one that is gone.
        lesson: String,
        /// The word for how far.
        status: &'static str,
        /// Time spent.
        seconds: u64,
        /// What a quiz elsewhere was worth.
        score: Option<u64>,
    },
    /// Reviews the course.
    Review(u64, Option<String>),
    /// Takes the review back.
    TakeBack,
    /// Tries the quiz.
    Attempt(bool),
}

/// What an answer must be: status and code, and what it must show.
pub struct Expected {
    /// Status.
    pub status: u16,
    /// Code of the error; empty for a success.
    pub code: &'static str,
    /// Where in the body which value must stand.
    pub shows: Vec<(&'static str, Value)>,
}

const fn refused(status: u16, code: &'static str) -> Expected {
    Expected { status, code, shows: Vec::new() }
}

const fn done(status: u16, shows: Vec<(&'static str, Value)>) -> Expected {
    Expected { status, code: "", shows }
}

impl Model {
    /// What a learner's step answers; it is taken.
    pub fn take(&mut self, learner: usize, course: usize, step: &Step) -> Expected {
        let (of, to) = (&mut self.learners[learner][course], &self.courses[course]);
        match step {
            Step::Enroll => of.enroll(to),
            Step::Leave => of.leave(to),
            Step::GoOn { lesson, status, seconds, score } => of.go_on(to, (lesson, status), *seconds, *score),
            Step::Review(rating, comment) => of.review(*rating, comment.clone()),
            Step::TakeBack => of.take_back(),
            Step::Attempt(right) => of.attempt(to, *right),
        }
    }

    /// Who has nothing left to do in a course since a lesson was removed: they complete it, by themselves.
    pub fn finish(&mut self, course: usize) -> Vec<usize> {
        let to = &self.courses[course];
        let mut finished = Vec::new();
        for (learner, courses) in self.learners.iter_mut().enumerate() {
            let of = &mut courses[course];
            if of.present == Some(true) && !of.completed && of.is_finished(to) {
                of.completed = true;
                finished.push(learner);
            }
        }
        finished
    }

    /// The reviews of a course: stars and words by the learner.
    pub fn reviews(&self, course: usize) -> BTreeMap<usize, (u64, Option<String>)> {
        let of = |(learner, courses): (usize, &Vec<InCourse>)| Some((learner, courses[course].review.clone()?));
        self.learners.iter().enumerate().filter_map(of).collect()
    }

    /// How many are in a course.
    pub fn present(&self, course: usize) -> usize {
        self.learners.iter().filter(|courses| courses[course].present == Some(true)).count()
    }
}

impl InCourse {
    fn enroll(&mut self, to: &Course) -> Expected {
        if self.present == Some(true) {
            return refused(400, "already_enrolled");
        }
        self.present = Some(true);
        self.completed |= self.is_finished(to);
        done(201, self.enrollment(to))
    }

    fn leave(&mut self, to: &Course) -> Expected {
        if self.present != Some(true) {
            return refused(403, "not_enrolled");
        }
        self.present = Some(false);
        done(200, self.enrollment(to))
    }

    fn go_on(
        &mut self,
        to: &Course,
        (lesson, status): (&str, &'static str),
        seconds: u64,
        score: Option<u64>,
    ) -> Expected {
        if self.present != Some(true) {
            return refused(403, "not_enrolled");
        }
        if !to.has(lesson) {
            return refused(404, "not_found");
        }
        if score.is_some() && !to.scored_elsewhere.iter().any(|one| one == lesson) {
            return refused(400, "validation_failed");
        }
        let before = self.lessons.get(lesson).cloned().unwrap_or_default();
        let stays_done = before.status == "completed" && status == "in_progress";
        let after = LessonState {
            status: if stays_done { "completed" } else { status },
            seconds: before.seconds + seconds,
            score: score.or(before.score),
        };
        let shown = vec![
            ("/data/progress/status", json!(after.status)),
            ("/data/progress/time_spent_seconds", json!(after.seconds)),
            ("/data/progress/quiz_score", points(after.score)),
        ];
        self.went_on(to, lesson, after);
        done(200, [shown, vec![("/data/course_progress", json!(self.percentage(to)))]].concat())
    }

    fn went_on(&mut self, to: &Course, lesson: &str, after: LessonState) {
        match (after.status == "completed", self.done.iter().position(|one| one == lesson)) {
            (true, None) => self.done.push(lesson.to_owned()),
            (false, Some(place)) => _ = self.done.remove(place),
            (true, Some(_)) | (false, None) => {}
        }
        self.lessons.insert(lesson.to_owned(), after);
        self.last = Some(lesson.to_owned());
        self.completed |= self.is_finished(to);
    }

    fn review(&mut self, rating: u64, comment: Option<String>) -> Expected {
        if self.present != Some(true) {
            return refused(403, "not_enrolled");
        }
        let status = if self.review.is_some() { 200 } else { 201 };
        let shown = vec![("/data/review/rating", json!(rating)), ("/data/review/comment", json!(comment))];
        self.review = Some((rating, comment));
        done(status, shown)
    }

    fn take_back(&mut self) -> Expected {
        match (self.review.take(), self.present) {
            (Some(_), _) => done(200, Vec::new()),
            (None, Some(true)) => refused(404, "not_found"),
            (None, Some(false) | None) => refused(403, "not_enrolled"),
        }
    }

    fn attempt(&mut self, to: &Course, right: bool) -> Expected {
        if self.present != Some(true) {
            return refused(403, "no_access");
        }
        let score = if right { 100 } else { 0 };
        self.attempts += 1;
        self.best = self.best.max(Some(score));
        let before = self.lessons.get(&to.quiz_lesson).cloned().unwrap_or_default();
        let is_done = right || before.status == "completed";
        let status = if is_done { "completed" } else { "in_progress" };
        let after = LessonState { status, score: before.score.max(Some(score)), ..before };
        self.went_on(to, &to.quiz_lesson, after);
        done(201, vec![("/data/attempt/score", points(Some(score))), ("/data/attempt/passed", json!(right))])
    }

    fn done_now(&self, to: &Course) -> (u32, u32) {
        to.lessons().fold((0, 0), |(done, all), lesson| (done + u32::from(self.done.contains(lesson)), all + 1))
    }

    fn is_finished(&self, to: &Course) -> bool {
        let (done, all) = self.done_now(to);
        all > 0 && done == all
    }

    /// The lessons of now that are done, of the lessons of now; half a hundredth goes up.
    pub fn percentage(&self, to: &Course) -> f64 {
        let (done, all) = self.done_now(to);
        if all == 0 { 0.0 } else { f64::from((done * 20_000 + all) / (2 * all)) / 100.0 }
    }

    /// The word for how far they are in the course.
    pub const fn status(&self) -> &'static str {
        match (self.present, self.completed) {
            (Some(true), true) => "completed",
            (Some(true), false) => "active",
            (Some(false) | None, _) => "dropped",
        }
    }

    fn enrollment(&self, to: &Course) -> Vec<(&'static str, Value)> {
        vec![
            ("/data/enrollment/status", json!(self.status())),
            ("/data/enrollment/progress_percentage", json!(self.percentage(to))),
            ("/data/enrollment/completed_lessons", json!(self.done)),
        ]
    }
}

/// A score as answers write it.
pub fn points(score: Option<u64>) -> Value {
    score.map_or(Value::Null, |score| json!(score as f64))
}
