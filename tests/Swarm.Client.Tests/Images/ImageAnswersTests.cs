using System.Net;
using Swarm.Client.Images;

namespace Swarm.Client.Tests.Images;

public sealed class ImageAnswersTests
{
    private const string Body = """{"message":"not a tar"}""";

    [Theory]
    [InlineData(HttpStatusCode.BadRequest)]
    [InlineData(HttpStatusCode.NotImplemented)]
    public void An_archive_that_no_node_would_take_is_bad_input(HttpStatusCode status)
    {
        var refused = Assert.IsType<SwarmRefusedException>(ImageAnswers.Refusal(Body, status, sent: true));

        Assert.Equal((true, "the node cannot take the archive: not a tar"), (refused.IsBadInput, refused.Message));
    }

    [Fact]
    public void A_wrong_request_without_an_archive_is_refused() =>
        Assert.False(Assert.IsType<SwarmRefusedException>(
            ImageAnswers.Refusal(Body, HttpStatusCode.BadRequest, sent: false)).IsBadInput);

    [Fact]
    public void What_is_not_there_is_not_found() =>
        Assert.True(Assert.IsType<SwarmRefusedException>(
            ImageAnswers.Refusal(Body, HttpStatusCode.NotFound, sent: false)).NotFound);

    [Fact]
    public void A_node_that_fails_has_not_refused() =>
        Assert.Equal(
            "the node failed: not a tar",
            Assert.IsType<HttpRequestException>(
                ImageAnswers.Refusal(Body, HttpStatusCode.InternalServerError, sent: true)).Message);

    [Fact]
    public void An_answer_that_is_no_json_is_told_as_it_is() =>
        Assert.Equal(
            "busy",
            Assert.IsType<SwarmRefusedException>(
                ImageAnswers.Refusal(" busy\n", HttpStatusCode.Conflict, sent: true)).Message);
}
