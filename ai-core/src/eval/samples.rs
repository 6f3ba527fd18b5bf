//! The texts: `samples/chat`, ten courses with a FAQ, lessons, and questions whose answers are known.

use crate::Language;
use crate::chat::{CourseIndex, FaqText, LessonText};

const COURSES: [&str; 10] = [
    include_str!("../../samples/chat/excel-bases.txt"),
    include_str!("../../samples/chat/excel-tcd.txt"),
    include_str!("../../samples/chat/r-bases.txt"),
    include_str!("../../samples/chat/r-stats.txt"),
    include_str!("../../samples/chat/python-bases.txt"),
    include_str!("../../samples/chat/python-pandas.txt"),
    include_str!("../../samples/chat/revolution.txt"),
    include_str!("../../samples/chat/excel-en.txt"),
    include_str!("../../samples/chat/python-en.txt"),
    include_str!("../../samples/chat/normans.txt"),
];
const FOREIGN: &str = include_str!("../../samples/chat/foreign.txt");

/// A course with questions.
#[derive(Clone, Debug)]
pub struct SampleCourse {
    /// Title.
    pub title: String,
    /// The language it is held in.
    pub language: Language,
    /// Its FAQ.
    pub faq: Vec<FaqText>,
    /// Its lessons.
    pub lessons: Vec<LessonText>,
    /// Questions, each with the id of what answers it.
    pub questions: Vec<(String, String)>,
}

impl SampleCourse {
    /// The course, ready to be asked.
    #[must_use]
    pub fn index(&self) -> CourseIndex {
        CourseIndex::new(self.language, self.faq.clone(), self.lessons.clone())
    }

    /// Reads `# <language> <title>`, then sections: `## faq <id>` (question, answer), `## lesson <id>` (title, text),
    /// `## ask` (`<id> | <question>` on each line).
    fn read(text: &str) -> Self {
        let mut sections = text.split("\n## ");
        let head = sections.next().unwrap_or_default().trim_start_matches("# ");
        let (language, title) = head.split_once(' ').unwrap_or(("fr", head));
        let language = if language == "en" { Language::En } else { Language::Fr };
        let mut course = Self {
            title: title.trim().to_owned(),
            language,
            faq: Vec::new(),
            lessons: Vec::new(),
            questions: Vec::new(),
        };
        for section in sections {
            let (head, body) = section.split_once('\n').unwrap_or((section, ""));
            let (kind, id) = head.split_once(' ').unwrap_or((head, ""));
            let (first, rest) = body.split_once('\n').unwrap_or((body, ""));
            let (id, first, rest) = (id.to_owned(), first.to_owned(), rest.trim().to_owned());
            match kind {
                "faq" => course.faq.push(FaqText { id, question: first, answer: rest }),
                "lesson" => {
                    course.lessons.push(LessonText { id, title: first, texts: vec![rest], preview: false });
                }
                _ => course.questions.extend(
                    body.lines()
                        .filter_map(|line| line.split_once(" | "))
                        .map(|(id, asked)| (id.to_owned(), asked.to_owned())),
                ),
            }
        }
        course
    }
}

/// Texts of lessons, for quizzes.
#[must_use]
pub fn quiz_texts() -> [&'static str; 4] {
    [
        include_str!("../../samples/quiz/revolution.fr.txt"),
        include_str!("../../samples/quiz/normans.en.txt"),
        include_str!("../../samples/quiz/vecteurs.fr.html"),
        include_str!("../../samples/quiz/spreadsheets.en.md"),
    ]
}

/// The courses.
#[must_use]
pub fn courses() -> Vec<SampleCourse> {
    COURSES.iter().map(|text| SampleCourse::read(text)).collect()
}

/// Questions that no course answers.
pub fn foreign_questions() -> impl Iterator<Item = &'static str> {
    FOREIGN.lines().filter(|line| !line.is_empty())
}
