namespace Swarm.Api.Tests;

/// <summary>What clients see of a node that ends.</summary>
public sealed class StoppedStreamTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_stream_that_is_cut_off_does_not_look_whole()
    {
        await using var node = await ServedNode.StartAsync();
        using var answer = await node.Client.GetAsync("/events", HttpCompletionOption.ResponseHeadersRead);
        await using var events = await answer.Content.ReadAsStreamAsync();

        var reading = events.CopyToAsync(Stream.Null);
        await node.StopServingAsync();

        await Assert.ThrowsAnyAsync<IOException>(() => reading.WaitAsync(Patience));
    }
}
