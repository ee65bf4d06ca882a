using Microsoft.AspNetCore.Http;
using Swarm.Api.Http;
using Swarm.Core;
using Swarm.Runtime;

namespace Swarm.Api.Containers;

/// <summary>Containers as people name them: by id, by name, or by the beginning of an id that only one has.</summary>
internal static class ContainerFinder
{
    private const int IdLength = 64;

    /// <exception cref="ApiException">There is none, or there are several.</exception>
    public static ContainerState Get(this IContainerEngine engine, string named) =>
        engine.FindNamed(named) ?? throw Missing(named);

    /// <exception cref="ApiException">There are several.</exception>
    public static ContainerState? FindNamed(this IContainerEngine engine, string named)
    {
        if (named.Length == IdLength && engine.Find(new ContainerId(named)) is { } exact) return exact;

        var all = engine.List();
        var name = named.TrimStart('/');
        if (all.FirstOrDefault(container => container.Definition.Name == name) is { } byName) return byName;
        if (named.Length == 0) return null;

        var begun = all.Where(container => container.Id.Value.StartsWith(named, StringComparison.Ordinal)).Take(2);
        return begun.ToArray() switch
        {
            [] => null,
            [var only] => only,
            _ => throw new ApiException(
                StatusCodes.Status400BadRequest, $"multiple IDs found with provided prefix: {named}"),
        };
    }

    public static ApiException Missing(string named) =>
        new(StatusCodes.Status404NotFound, $"No such container: {named}");
}
