using System.Diagnostics;
using Swarm.Core.Containers;
using Xunit.Abstractions;

namespace Swarm.Runtime.Tests.Networks;

public sealed class AttachSpeedTests(ITestOutputHelper output)
{
    private const int Containers = 40;

    /// <remarks>
    /// The bound is far above what is measured: a busy machine shall not fail it, a started program shall.
    /// </remarks>
    [Fact]
    public async Task Attaching_a_container_with_a_published_port_starts_no_program()
    {
        await using var host = await TestHost.OpenAsync();
        var times = new List<double>();
        for (var number = 0; number < Containers; number++)
        {
            var before = Stopwatch.GetTimestamp();
            await host.AttachAsync($"c{number}", new PublishedPort(80, 0));
            times.Add(Stopwatch.GetElapsedTime(before).TotalMilliseconds);
        }

        times.Sort();
        output.WriteLine(
            $"attach: median {times[Containers / 2]:F2} ms, best {times[0]:F2} ms, worst {times[^1]:F2} ms");
        Assert.InRange(times[Containers / 2], 0, 200 * Patience.Factor);
    }
}
