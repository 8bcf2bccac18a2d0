import { describe, expect, it } from "vitest";
import { MockBooks } from "../../../src/mock-server/mock-books.ts";
import { roomJoinedBy, roomOfRequest, Rooms, type RoomBurst, type RoomMember } from "../../../src/mock-server/rooms.ts";

class Member implements RoomMember {
  readonly number: number;
  readonly bursts: RoomBurst[] = [];

  constructor(number: number) {
    this.number = number;
  }

  takeBurst(burst: RoomBurst): void {
    this.bursts.push(burst);
  }

  get heard(): readonly string[] {
    return this.bursts.flatMap(({ messages }) => messages.map(({ payload }) => payload.toString()));
  }
}

function setUp(excludesPublisher = false) {
  const books = new MockBooks();
  const rooms = new Rooms(excludesPublisher, books);
  const members = [1, 2, 3].map((number) => new Member(number)) as unknown as readonly [Member, Member, Member];
  const say = (member: Member, ...texts: readonly string[]): void => {
    for (const text of texts) rooms.publish(Buffer.from(text), true);
    rooms.deliver(member);
  };
  return { books, rooms, members, say };
}

describe("Rooms", () => {
  it("give what one member says to all of its room, itself included, and to nobody else", () => {
    const { rooms, members, say, books } = setUp();
    const [a, b, c] = members;
    rooms.join(a, "x");
    rooms.join(b, "x");
    rooms.join(c, "y");
    say(a, "one", "two");
    expect([a.heard, b.heard, c.heard]).toEqual([["one", "two"], ["one", "two"], []]);
    expect(books).toMatchObject({ joins: 3, leaves: 0, copies: 4 });
  });

  it("give nothing back where that is excluded", () => {
    const { rooms, members, say, books } = setUp(true);
    const [a, b] = members;
    rooms.join(a, "x");
    rooms.join(b, "x");
    say(a, "one");
    expect([a.heard, b.heard, books.copies]).toEqual([[], ["one"], 1]);
  });

  it("frame a burst once for all", () => {
    const { rooms, members, say } = setUp();
    const [a, b] = members;
    rooms.join(a, "x");
    rooms.join(b, "x");
    say(a, "hey", "x".repeat(200));
    expect(a.bursts[0]!.frames).toBe(b.bursts[0]!.frames);
    expect([...a.bursts[0]!.frames.subarray(0, 5)]).toEqual([0x81, 3, ...Buffer.from("hey")]);
    expect([...a.bursts[0]!.frames.subarray(5, 9)]).toEqual([0x81, 126, 0, 200]);
    expect(a.bursts[0]!.frames).toHaveLength(5 + 4 + 200);
  });

  it("keep bytes that the reader overwrites", () => {
    const { rooms, members } = setUp();
    const memory = Buffer.from("before");
    rooms.join(members[0], "x");
    rooms.publish(memory, true);
    memory.write("later!");
    rooms.deliver(members[0]);
    expect(members[0].heard).toEqual(["before"]);
  });

  it("are left when another one is joined, and by whoever goes", () => {
    const { rooms, members, say, books } = setUp();
    const [a, b] = members;
    rooms.join(a, "x");
    rooms.join(b, "x");
    rooms.join(b, "y");
    rooms.leave(b);
    rooms.leave(b);
    say(a, "anyone?");
    expect([a.heard, b.heard]).toEqual([["anyone?"], []]);
    expect(books).toMatchObject({ joins: 3, leaves: 2 });
  });
});

describe("the room that is asked for", () => {
  it.each([
    ["/?room=r1", "r1"],
    ["/r2", "r2"],
    ["/a/b?room=c", "c"],
    ["/", ""],
    [undefined, ""],
    ["http://[", ""],
  ])("by the request %j is %j", (url, room) => {
    expect(roomOfRequest(url === undefined ? {} : { url })).toBe(room);
  });

  it.each([
    ['{"type":"join","room":"r1"}', "r1"],
    ['{ "room": "r1", "type": "join" }', "r1"],
    ['{"type":"join"}', undefined],
    ['{"type":"publish","text":"\\"join\\"","room":"r1"}', undefined],
    ['{"type":"join","room":', undefined],
    ["join r1", undefined],
  ])("by the message %j is %j", (text, room) => {
    expect(roomJoinedBy(Buffer.from(text))).toBe(room);
  });
});
