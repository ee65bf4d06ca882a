using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Swarm.Core.Placement;

/// <summary>The names of tasks and services in a node's report, which fits into one message however many there
/// are.</summary>
/// <remarks>
/// Up to <see cref="MostNames"/> of each stand there as they are; where there are more, all stand there as marks of
/// equal length, which are made from the names. A mark begins with a sign that no name has.
/// </remarks>
internal static class ReportNames
{
    public const int MostNames = 1000;

    private const char Sign = '#';
    private const int MarkBytes = 8;

    public static ImmutableArray<TaskId> Of(IReadOnlyCollection<TaskId> tasks) => tasks.Count <= MostNames
        ? [.. tasks]
        : [.. tasks.Select(task => new TaskId(Mark(task.Value)))];

    public static ImmutableSortedDictionary<string, int> Of(
        IReadOnlyCollection<KeyValuePair<ServiceName, int>> services)
    {
        var marked = services.Count > MostNames;
        return services.ToImmutableSortedDictionary(
            service => marked ? Mark(service.Key.Value) : service.Key.Value, service => service.Value,
            StringComparer.Ordinal);
    }

    public static bool Shows(HashSet<TaskId> shown, TaskId task) =>
        shown.Contains(task) || (shown.Count > MostNames && shown.Contains(new TaskId(Mark(task.Value))));

    public static int Count(ImmutableSortedDictionary<string, int> services, ServiceName service) =>
        services.GetValueOrDefault(services.Count > MostNames ? Mark(service.Value) : service.Value);

    /// <summary>The services of a report whose names stand there.</summary>
    public static IEnumerable<ServiceName> Named(ImmutableSortedDictionary<string, int> services) =>
        services.Keys.Where(name => name[0] != Sign).Select(name => new ServiceName(name));

    private static string Mark(string name) =>
        Sign + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, MarkBytes));
}
