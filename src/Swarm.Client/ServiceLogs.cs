using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Swarm.Core;
using Swarm.Core.Clients;

namespace Swarm.Client;

/// <summary>Reads the logs of a service, page by page, at the reader's pace.</summary>
public static class ServiceLogs
{
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(250);

    /// <param name="tail">Only the last so many lines of each task; null means all.</param>
    /// <param name="follow">Go on when the end is reached, until cancelled.</param>
    /// <param name="warn">Told once of each task whose logs could not be read.</param>
    /// <exception cref="SwarmRefusedException">No such service.</exception>
    /// <exception cref="SwarmUnreachableException">Nobody answered in time.</exception>
    public static async IAsyncEnumerable<LogLine> ReadLogsAsync(
        this SwarmClient client, ServiceName service, int? tail, bool follow, Action<string> warn,
        [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var positions = ImmutableSortedDictionary<string, string>.Empty;
        var warned = new HashSet<string>(StringComparer.Ordinal);
        while (true)
        {
            var page = await client.GetLogPageAsync(new GetServiceLogs(service, positions, tail), cancellation);
            foreach (var warning in page.Warnings)
            {
                if (warned.Add(warning)) warn(warning);
            }

            foreach (var line in page.Lines) yield return line;
            positions = page.Positions;
            tail = positions.IsEmpty ? tail : null;
            if (page.More) continue;
            if (!follow) yield break;
            await Task.Delay(PollEvery, client.Time, cancellation);
        }
    }
}
