using Microsoft.Extensions.Hosting;

namespace Swarm.Api;

/// <summary>Leaves the signals of the process to the daemon, which stops this part among others.</summary>
internal sealed class DaemonLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
