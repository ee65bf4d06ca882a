using System.Net;
using CsCheck;
using Swarm.Runtime.Names;

namespace Swarm.Runtime.Tests.Names;

public sealed class MessageTests
{
    [Fact]
    public void A_question_is_read_with_its_type_and_what_the_client_can_do()
    {
        var query = Messages.Understood(Messages.Ask("Web.red", RecordType.Aaaa, id: 0xbeef, edns: 1232));

        Assert.Equal(("Web.red", RecordType.Aaaa, RecordType.Internet), (query.Name, query.Type, query.Class));
        Assert.Equal(0xbeef, query.Id);
        Assert.Equal(new EdnsOffer(1232, 0, WantsSignatures: true), query.Edns);
        Assert.Equal(1232, query.DatagramLimit);
    }

    [Fact]
    public void A_client_without_EDNS_gets_512_bytes() =>
        Assert.Equal(512, Messages.Understood(Messages.Ask("web")).DatagramLimit);

    [Fact]
    public void A_name_with_bytes_that_no_name_of_ours_has_is_only_passed_on()
    {
        var message = Messages.Ask("w_b");
        message[14] = (byte)'.';

        Assert.Null(Messages.Understood(message).Name);
    }

    [Fact]
    public void Answers_and_what_is_too_short_are_not_answered()
    {
        var answer = Messages.Ask("web");
        answer[2] |= 0x80;

        Assert.IsType<QueryReading.Ignored>(QueryReading.Read(answer));
        Assert.IsType<QueryReading.Ignored>(QueryReading.Read(new byte[11]));
    }

    [Theory]
    [InlineData(5, 2)] // two questions
    [InlineData(5, 0)] // none
    [InlineData(7, 1)] // an answer that is not there
    [InlineData(11, 255)] // more records than there are
    [InlineData(12, 63)] // a label that leads out of the message
    [InlineData(12, 0xc0)] // a pointer, to itself
    [InlineData(12, 0x80)] // a label of a kind that there is not
    public void A_message_that_is_not_whole_is_told_so(int at, byte value)
    {
        var message = Messages.Ask("web", id: 0x1234);
        message[at] = value;

        var wrong = Assert.IsType<QueryReading.Wrong>(QueryReading.Read(message));

        var reply = ReplyWriter.Write(wrong);
        Assert.Equal((12, 0x12, 0x34, (int)ResponseCode.FormatError),
            (reply.Length, reply[0], reply[1], Messages.Code(reply)));
    }

    [Fact]
    public void Anything_but_a_question_is_not_implemented()
    {
        var message = Messages.Ask("web");
        message[2] |= 5 << 3;

        Assert.Equal(ResponseCode.NotImplemented,
            Assert.IsType<QueryReading.Wrong>(QueryReading.Read(message)).Code);
    }

    [Fact]
    public void A_name_has_255_bytes_at_most()
    {
        var label = new string('a', 49);
        var fits = string.Join('.', label, label, label, label, label); // 5 * 50 + 1

        Assert.Equal(fits, Messages.Understood(Messages.Ask(fits)).Name);
        Assert.IsType<QueryReading.Wrong>(QueryReading.Read(Messages.Ask(fits + ".abcd")));
        Assert.Null(ReplyWriter.Encode(fits + ".abcd"));
        Assert.Null(ReplyWriter.Encode(new string('a', 64)));
        Assert.Null(ReplyWriter.Encode("a..b"));
    }

    [Fact]
    public void Whatever_bytes_come_they_are_read_without_harm() =>
        Gen.Byte.Array[0, 600].Sample(bytes => QueryReading.Read(bytes) is not null);

    [Fact]
    public void A_question_with_some_bytes_changed_is_read_without_harm_and_answered_in_its_bounds() =>
        Gen.Select(Gen.Int[0, 200], Gen.Byte).Array[1, 6].Sample(changes =>
        {
            var message = Messages.Ask("some.name.of.a.container", edns: 600);
            foreach (var (at, value) in changes) message[at % message.Length] = value;
            if (QueryReading.Read(message) is not QueryReading.Understood { Query: var query }) return true;

            var reply = ReplyWriter.Write(query, Many(300), query.DatagramLimit);
            var isTold = Messages.IsTruncated(reply);
            return reply.Length <= query.DatagramLimit && isTold && Messages.Addresses(reply).Length > 0;
        });

    [Fact]
    public void An_answer_has_all_that_fits_and_says_when_more_there_is() =>
        Gen.Select(Gen.Int[0, 400], Gen.Int[512, 4096]).Sample((count, limit) =>
        {
            var query = Messages.Understood(Messages.Ask("web", edns: limit));

            var reply = ReplyWriter.Write(query, Many(count), query.DatagramLimit);

            var told = Messages.Addresses(reply);
            return reply.Length <= limit && Messages.IsTruncated(reply) == told.Length < count
                && told.SequenceEqual(Many(count).All.Take(told.Length))
                && (told.Length == count || reply.Length + 16 > limit);
        });

    [Fact]
    public void An_answer_repeats_the_question_as_it_was_written()
    {
        var message = Messages.Ask("WeB", edns: 512);
        var reply = ReplyWriter.Write(Messages.Understood(message), Many(1), 512);

        Assert.Equal(message[12..21], reply[12..21]);
        Assert.Equal([0x81, 0x80], reply[2..4]); // an answer, recursion desired and available
    }

    [Fact]
    public void A_later_version_of_EDNS_is_refused_as_such()
    {
        var query = Messages.Understood(Messages.Ask("web", edns: 512, version: 3));
        var reply = ReplyWriter.Write(query, new NameAnswer.Failed(ResponseCode.BadVersion), 512);

        Assert.Equal(1, reply[^6]); // the upper eight of twelve bits: 16
        Assert.Equal(0, Messages.Code(reply));
    }

    [Fact]
    public void An_answer_of_another_server_fits_by_its_id_and_its_question()
    {
        var query = Messages.Understood(Messages.Ask("web.example"));
        var reply = Messages.Ask("WEB.example", id: 99);
        reply[2] |= 0x80;
        Assert.True(ReplyCheck.Fits(query, 99, reply));

        Assert.False(ReplyCheck.Fits(query, 98, reply));
        Assert.False(ReplyCheck.Fits(query, 99, reply.AsSpan(0, 20)));
        Assert.False(ReplyCheck.Fits(query, 99, Messages.Ask("web.example", id: 99)));
        reply[^3] = 28;
        Assert.False(ReplyCheck.Fits(query, 99, reply));
        byte[] bare = [0, 99, 0x81, 0x82, 0, 0, 0, 0, 0, 0, 0, 0];
        Assert.True(ReplyCheck.Fits(query, 99, bare));
        Assert.True(ReplyCheck.AsksForAnother(bare));
        bare[3] = 0x83;
        Assert.False(ReplyCheck.AsksForAnother(bare));
    }

    [Fact]
    public void Whatever_another_server_sends_is_looked_at_without_harm() =>
        Gen.Byte.Array[0, 64].Sample(bytes =>
        {
            _ = ReplyCheck.Fits(Messages.Understood(Messages.Ask("web")), 1, bytes);
        });

    private static NameAnswer.Addresses Many(int count) => new(
        [.. Enumerable.Range(0, count).Select(number => new IPAddress([172, 30, (byte)(number >> 8), (byte)number]))]);
}
