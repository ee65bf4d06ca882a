using System.Globalization;
using Microsoft.AspNetCore.Http;
using Swarm.Api.Http;
using Swarm.Runtime;

namespace Swarm.Api.Containers;

/// <summary>Which containers a list shows.</summary>
internal static class ContainerList
{
    private static readonly string[] Known =
    [
        "ancestor", "before", "exited", "expose", "health", "id", "is-task", "isolation", "label", "name", "network",
        "publish", "since", "status", "volume",
    ];

    private static readonly string[] States =
        ["created", "dead", "exited", "paused", "removing", "restarting", "running"];

    /// <param name="containers">Newest first.</param>
    /// <param name="madeFrom">Which containers are of an image.</param>
    /// <exception cref="ApiException">A filter that cannot be.</exception>
    public static IEnumerable<ShownContainer> Choose(
        HttpRequest request, IReadOnlyList<ShownContainer> containers,
        Func<string, Func<ShownContainer, bool>> madeFrom)
    {
        var filters = Filters.Read(request, Known);
        foreach (var state in filters["status"])
        {
            if (!States.Contains(state))
                throw new ApiException(StatusCodes.Status400BadRequest, $"invalid filter 'status={state}'");
        }

        foreach (var health in filters["health"])
        {
            if (health is not ("none" or "starting" or "healthy" or "unhealthy"))
                throw new ApiException(StatusCodes.Status400BadRequest, $"invalid filter 'health={health}'");
        }

        foreach (var code in filters["exited"])
        {
            if (!int.TryParse(code, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
                throw new ApiException(StatusCodes.Status400BadRequest, $"invalid filter 'exited={code}'");
        }

        foreach (var port in filters["publish"].Concat(filters["expose"])) FitsPort(port, 0, "");
        Func<ShownContainer, bool>[] ancestors = [.. filters["ancestor"].Select(madeFrom)];
        var limit = QueryNumber.Read(request, "limit") is > 0 and var most ? most : int.MaxValue;
        // As in Docker: who asks for the last ones or for a state means those that do not run, too.
        var isAll = QueryFlag.IsSet(request.Query["all"]) || limit != int.MaxValue
            || filters.Has("status") || filters.Has("exited") || filters.Has("before") || filters.Has("since");
        return containers
            .Where(container => isAll || ContainerWords.StateOf(container) is "running" or "paused" or "restarting")
            .Where(container => Fits(filters, container))
            .Where(container => ancestors.Length == 0 || ancestors.Any(isOf => isOf(container)))
            .Where(container => IsOnItsSide(filters, container, containers))
            .Take(limit);
    }

    private static bool Fits(Filters filters, ShownContainer container)
    {
        var state = container.State;
        return filters.FitsLabels(ContainerDocument.LabelsOf(container))
            && filters.Fits("id", id => state.Id.Value.StartsWith(id, StringComparison.Ordinal))
            && filters.Fits("name", name => FitsName(state.Definition.Name, name))
            && filters.Fits("status", word => ContainerWords.StateOf(container) == word)
            && filters.Fits("health", word => ContainerWords.HealthWord(container) == word)
            && filters.Fits("exited", code => state is { Phase: ContainerPhase.Ended, Exit: { } exit }
                && $"{exit.ExitCode}" == code)
            && filters.Fits("network", network => EndpointDocument.IsIn(container, network))
            && filters.Fits("volume", volume => state.Mounts.Any(
                mount => mount.Spec.Source == volume || mount.Spec.Target == volume.TrimEnd('/')))
            && filters.Fits("publish", port => state.Ports.Any(published =>
                FitsPort(port, published.HostPort, SpecWords.NameOf(published))))
            && filters.Fits("expose", port => ContainerDocument.ExposedPorts(container).Any(name =>
                PortReading.TryParse(name) is var (number, protocol) && FitsPort(port, number, protocol)))
            && (filters.Flag("is-task") is not { } isTask || isTask == container.Own is null);
    }

    /// <summary>Names are matched as expressions, with and without the slash that Docker puts before them.</summary>
    /// <remarks>As in Docker, only a container's own: by what others call it, it is not found.</remarks>
    private static bool FitsName(string name, string wanted)
    {
        try
        {
            return Matches(name) || Matches("/" + name);
        }
        catch (Exception wrong) when (wrong is ArgumentException or NotSupportedException)
        {
            return name == wanted; // as in Docker, what is no expression is taken as it stands
        }

        bool Matches(string text) => System.Text.RegularExpressions.Regex.IsMatch(
            text, wanted, System.Text.RegularExpressions.RegexOptions.NonBacktracking);
    }

    /// <summary>One port or a range of them, with or without a protocol (then it is tcp).</summary>
    /// <exception cref="ApiException">It is neither.</exception>
    private static bool FitsPort(string wanted, int port, string name)
    {
        var (ports, protocol) = wanted.Split('/') switch
        {
            [var only] => (only, "tcp"),
            [var first, var second] => (first, second),
            _ => ("", ""),
        };
        var (from, to) = ports.Split('-') switch
        {
            [var one] => (one, one),
            [var first, var last] => (first, last),
            _ => ("", ""),
        };
        if (!int.TryParse(from, NumberStyles.None, CultureInfo.InvariantCulture, out var least)
            || !int.TryParse(to, NumberStyles.None, CultureInfo.InvariantCulture, out var most))
        {
            throw new ApiException(StatusCodes.Status400BadRequest, $"invalid port specification: '{wanted}'");
        }

        return port >= least && port <= most && name.Split('/')[^1] == protocol;
    }

    private static bool IsOnItsSide(
        Filters filters, ShownContainer container, IReadOnlyList<ShownContainer> all) =>
        filters.Fits("before", named => container.State.CreatedAt < Find(all, named).CreatedAt)
        && filters.Fits("since", named => container.State.CreatedAt > Find(all, named).CreatedAt);

    /// <summary>By any name that it has, or the beginning of its id.</summary>
    private static ContainerState Find(IReadOnlyList<ShownContainer> all, string named) => all
        .FirstOrDefault(container => container.Names.Contains(named.TrimStart('/'))
            || container.State.Id.Value.StartsWith(named, StringComparison.Ordinal))
        ?.State ?? throw ContainerFinder.Missing(named);
}
