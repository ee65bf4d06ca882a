using System.Collections.Immutable;
using Swarm.Core.Clients;
using Swarm.Core.Services;

namespace Swarm.Cluster.Clients;

/// <summary>How the pages of single tasks become one page of a service.</summary>
internal static class LogPages
{
    /// <summary>What all lines of one page may take together, in bytes of their text and some more for each.</summary>
    public const int MaxBytes = 48 * 1024;

    /// <summary>Less than this from one task is not worth asking.</summary>
    private const int LeastBytes = 1024;

    /// <summary>Tasks of one page: each is asked for so much that all fit.</summary>
    public const int MostTasks = MaxBytes / LeastBytes;

    /// <summary>What to ask each node for; tasks that no node was given have no log.</summary>
    public static ImmutableArray<(ServiceTask Task, GetTaskLogs Question)> Questions(
        ServiceDetails service, GetServiceLogs request)
    {
        var tasks = service.Tasks
            .Where(task => task.Node is not null && task.Desired != TaskState.Remove && !NeverRan(task))
            .OrderByDescending(task => task.CreatedAt).Take(MostTasks).ToImmutableArray();
        return
        [
            .. tasks.Select(task => (task, new GetTaskLogs(
                task.Id,
                request.Positions.GetValueOrDefault(task.Id.Value),
                request.Positions.ContainsKey(task.Id.Value) ? null : request.Tail,
                MaxBytes / tasks.Length))),
        ];
    }

    private static bool NeverRan(ServiceTask task) =>
        task is { State: >= TaskState.Complete, Container: null or { StartedAt: null, FinishedAt: null } };

    /// <summary>One page in the order of time. A task that has no page stays where it was, and
    /// is named in the warnings.</summary>
    public static ServiceLogPage Merge(
        GetServiceLogs request, IReadOnlyCollection<TaskLogPage> pages, IEnumerable<string> warnings)
    {
        var positions = request.Positions
            .SetItems(pages.Select(page => KeyValuePair.Create(page.Task.Value, page.Position)));
        return new ServiceLogPage(
            [.. pages.SelectMany(page => page.Lines).OrderBy(line => line.At)],
            positions,
            pages.Any(page => page.More),
            [.. pages.Select(page => page.Warning).Where(warning => warning.Length > 0).Concat(warnings)]);
    }
}
