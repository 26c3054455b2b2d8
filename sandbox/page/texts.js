const TEXTS = {
  ko: {
    addPerson: "사람 추가",
    addPersonWhy: "새 휴대폰이 하나 생기고, 봇은 이 사람을 처음 만나요.",
    add: "추가",
    alert: "알림",
    allWorkers: "모두",
    asPhoto: "사진으로 보내기",
    attach: "파일 보내기",
    block: "봇 차단하기",
    blocked: "봇을 차단함",
    caption: "설명을 덧붙여요",
    clear: "비우기",
    close: "닫기",
    commands: "명령어",
    coordinator: "담당자",
    copied: "복사했어요.",
    demo: "데모",
    developer: "개발자 도구",
    disconnected: "연결이 끊겼어요. 다시 잇는 중…",
    documentOf: "{name} 내려받기, {size}",
    dropHere: "여기에 놓으면 파일로 보내요",
    edited: "수정됨",
    empty: "아직 대화가 없어요.",
    error: "문제가 생겼어요: {reason}",
    faults: "장애 일으키기",
    faultsWhy: "봇이 나쁜 네트워크를 어떻게 견디는지 볼 수 있어요.",
    faultsReset: "모두 끄기",
    faultsOn: "켜진 장애 {count}개",
    filter: "걸러 보기 (메서드, 사람, 값)",
    calls: "Bot API 호출",
    callsShown: "{shown} / {all}",
    calm: "기다리는 호출 숨기기",
    onlyFailures: "실패만",
    hint: "담당자 휴대폰에 CSV나 ZIP을 끌어다 놓고 게시한 뒤, 작업자 휴대폰에서 눌러 라벨을 붙여요. 로봇을 켜면 스스로 일해요.",
    language: "언어",
    messages: "{name}님의 대화",
    name: "이름",
    newMessages: "새 메시지",
    noCalls: "아직 호출이 없어요.",
    noCommands: "명령어가 없어요.",
    noSimulated: "스스로 일하는 작업자가 없어요.",
    ok: "확인",
    openLink: "누가 이 초대 링크를 열까요?",
    opening: "여는 중…",
    otherLanguage: "EN",
    owner: "운영자",
    pace: "한 작업에 걸리는 시간",
    paceSeconds: "{seconds}초",
    params: "보낸 값",
    pause: "멈추기",
    paused: "멈춤 · 새 호출 {count}개",
    people: "사람들",
    phoneMenu: "{name}님의 휴대폰 메뉴",
    phoneOf: "{name}님의 휴대폰",
    photo: "사진",
    photoOpen: "사진 크게 보기",
    remove: "빼기",
    resume: "이어 보기",
    send: "보내기",
    showMore: "더 보기",
    simulated: "자동 작업자",
    simulatedOf: "{name}님이 스스로 작업하기",
    simulatedOn: "자동",
    simulatedWhy: "켜면 그 사람이 동의하고, 작업을 받아 스스로 답해요.",
    spoiler: "가려진 글 보기",
    start: "시작",
    switchLanguage: "Switch to English",
    switchTheme: "밝게 / 어둡게",
    today: "오늘",
    tools: "도구",
    typing: "입력 중…",
    unblock: "차단 풀기",
    unread: "새 소식 있음",
    uploading: "파일 보내는 중…",
    waiting: "답을 기다리는 중",
    worker: "작업자",
    write: "메시지",
    yesterday: "어제",
    bot: "봇",
    yours: "내 메시지",
  },
  en: {
    addPerson: "Add person",
    addPersonWhy: "A new phone appears; the bot meets this person for the first time.",
    add: "Add",
    alert: "Notice",
    allWorkers: "All",
    asPhoto: "Send as a photo",
    attach: "Attach a file",
    block: "Block the bot",
    blocked: "has blocked the bot",
    caption: "Add a caption",
    clear: "Clear",
    close: "Close",
    commands: "Commands",
    coordinator: "Coordinator",
    copied: "Copied.",
    demo: "demo",
    developer: "Developer tools",
    disconnected: "Connection lost. Reconnecting…",
    documentOf: "Download {name}, {size}",
    dropHere: "Drop to send as a file",
    edited: "edited",
    empty: "No messages yet.",
    error: "Something went wrong: {reason}",
    faults: "Make trouble",
    faultsWhy: "See how the bot lives with a bad network.",
    faultsReset: "Turn all off",
    faultsOn: "{count} on",
    filter: "Filter (method, person, value)",
    calls: "Bot API calls",
    callsShown: "{shown} of {all}",
    calm: "Hide waiting polls",
    onlyFailures: "Failures only",
    hint: "Drop a CSV or ZIP onto the coordinator's phone and publish it, then label by tapping in a worker's phone. Robots, once on, work by themselves.",
    language: "Language",
    messages: "Chat of {name}",
    name: "Name",
    newMessages: "New messages",
    noCalls: "No calls yet.",
    noCommands: "No commands.",
    noSimulated: "Nobody here can work by themselves.",
    ok: "OK",
    openLink: "Who opens this invite link?",
    opening: "Opening…",
    otherLanguage: "한",
    owner: "Owner",
    pace: "Time per task",
    paceSeconds: "{seconds} s",
    params: "Parameters",
    pause: "Pause",
    paused: "Paused · {count} new",
    people: "People",
    phoneMenu: "Menu of {name}'s phone",
    phoneOf: "{name}'s phone",
    photo: "Photo",
    photoOpen: "Enlarge photo",
    remove: "Remove",
    resume: "Resume",
    send: "Send",
    showMore: "Show more",
    simulated: "Robots",
    simulatedOf: "{name} works by themselves",
    simulatedOn: "robot",
    simulatedWhy: "Switched on, a person agrees, takes tasks and answers by themselves.",
    spoiler: "Show hidden text",
    start: "Start",
    switchLanguage: "한국어로 보기",
    switchTheme: "Light / dark",
    today: "Today",
    tools: "Tools",
    typing: "typing…",
    unblock: "Unblock the bot",
    unread: "has news",
    uploading: "sending a file…",
    waiting: "Waiting for the answer",
    worker: "Worker",
    write: "Message",
    yesterday: "Yesterday",
    bot: "Bot",
    yours: "Your message",
  },
};

/** The page's language, `ko` or `en`; the document's own `lang` is where it is kept. */
export const language = () => (document.documentElement.lang === "ko" ? "ko" : "en");

/** A page text with its blanks filled; a key without a text is shown as it is. */
export function text(key, blanks = {}) {
  const pattern = TEXTS[language()][key] ?? key;
  return pattern.replace(/\{(\w+)\}/g, (whole, name) => (name in blanks ? String(blanks[name]) : whole));
}

/** A text if there is one, else the word itself: roles may carry names that the page has never heard of. */
export const nameOf = (word) => (word && TEXTS[language()][word]) || word || "";

export const time = (seconds) =>
  new Intl.DateTimeFormat(language(), { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(seconds * 1000);

export const clockTime = (seconds) =>
  new Intl.DateTimeFormat(language(), {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  }).format(seconds * 1000);

/** A day in words: today, yesterday, else the date, with the year only when it is another one. */
export function day(seconds, now = Date.now()) {
  const date = new Date(seconds * 1000);
  const today = new Date(now);
  const daysAgo = Math.round((midnight(today) - midnight(date)) / 86_400_000);
  if (daysAgo === 0) return text("today");
  if (daysAgo === 1) return text("yesterday");
  const year = date.getFullYear() === today.getFullYear() ? {} : { year: "numeric" };
  return new Intl.DateTimeFormat(language(), { ...year, month: "long", day: "numeric" }).format(date);
}

const midnight = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate());

/** A size of a file in words: bytes, then binary kilobytes and megabytes with one decimal below ten. */
export function size(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  const [value, unit] = bytes < 1024 * 1024 ? [bytes / 1024, "KB"] : [bytes / 1024 / 1024, "MB"];
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${unit}`;
}
