using System.Collections.Immutable;
using Swarm.Core.Containers;
using Swarm.Core.Images;
using Swarm.Runtime.Builds;
using Swarm.Runtime.Events;

namespace Swarm.Runtime.Tests.Builds;

/// <summary>Steps on a host on which much happens.</summary>
public sealed class LongStepTests(BuildFixture fixture) : IClassFixture<BuildFixture>
{
    [Fact]
    public async Task A_step_is_done_though_more_happens_meanwhile_than_is_kept_for_anybody()
    {
        const int steps = 12;
        var dockerfile = "FROM box\n" + string.Concat(Enumerable.Range(0, steps).Select(i => $"RUN true {i}\n"));
        var output = new BusyHost(fixture.Engine.Events);
        var request = new BuildRequest { Running = new ContainerSpec { Image = "", NetworkMode = NetworkMode.None } };

        var image = await fixture.Builder.BuildAsync(request, BuildFixture.Context(dockerfile), output, default);

        Assert.NotNull(fixture.Images.Find(image.Value));
        Assert.Equal(steps, output.Floods);
    }

    /// <summary>Many events as soon as a step runs.</summary>
    private sealed class BusyHost(EventLog events) : IBuildOutput
    {
        public int Floods { get; private set; }

        public ValueTask WriteAsync(string text, CancellationToken cancellation)
        {
            if (!text.StartsWith(" ---> Running in", StringComparison.Ordinal)) return ValueTask.CompletedTask;
            Floods++;
            for (var i = 0; i <= EventLog.MostUnread; i++)
                events.Publish("image", "tag", "other", ImmutableSortedDictionary<string, string>.Empty);
            return ValueTask.CompletedTask;
        }

        public ValueTask WriteErrorAsync(string text, CancellationToken cancellation) => ValueTask.CompletedTask;

        public ValueTask TellImageAsync(Digest image, CancellationToken cancellation) => ValueTask.CompletedTask;
    }
}
