using Swarm.Api.Connections;
using Swarm.Api.Http;

namespace Swarm.Api.Tests;

public sealed class DetachKeysTests
{
    [Theory]
    [InlineData("", new byte[] { 16, 17 })]
    [InlineData("ctrl-@,ctrl-_", new byte[] { 0, 31 })]
    [InlineData("a,DEL", new byte[] { (byte)'a', 127 })]
    public void Keys_have_the_names_that_the_docker_command_knows(string text, byte[] keys) =>
        Assert.Equal(keys, DetachKeys.Read(text).Bytes.ToArray());

    [Fact]
    public void Who_names_another_is_told_what_was_given_and_which_it_is()
    {
        var refused = Assert.Throws<ApiException>(() => DetachKeys.Read("ctrl-p,wrong"));

        Assert.Equal("Invalid detach keys (ctrl-p,wrong) provided: unknown key 'wrong'", refused.Message);
    }
}
