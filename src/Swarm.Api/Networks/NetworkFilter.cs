using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Swarm.Api.Http;
using Swarm.Runtime.Networks;

namespace Swarm.Api.Networks;

/// <summary>Which networks a list shows, and which of them a prune takes.</summary>
internal static class NetworkFilter
{
    /// <exception cref="ApiException">A filter that cannot be.</exception>
    public static Func<NetworkDefinition, bool> OfList(HttpRequest request, Func<NetworkDefinition, bool> isUsed)
    {
        var filters = Filters.Read(request, "dangling", "driver", "id", "label", "name", "scope", "type");
        foreach (var type in filters["type"].Where(type => type is not ("custom" or "builtin")))
            throw new ApiException(StatusCodes.Status400BadRequest, $"invalid filter: 'type'='{type}'");
        var dangling = filters.Flag("dangling");
        return network => filters.FitsLabels(network.Labels)
            && filters.Fits("driver", driver => network.Driver == driver)
            && filters.Fits("scope", scope => scope == "local")
            && filters.Fits("id", id => Matches(network.Id, id))
            && filters.Fits("name", name => Matches(network.Name, name))
            && filters.Fits("type", type => type == "builtin" == (network.Kind == NetworkKind.Predefined))
            && (dangling is not { } wanted || wanted == IsDangling(network, isUsed));
    }

    /// <exception cref="ApiException">A filter that cannot be.</exception>
    public static Func<NetworkDefinition, bool> OfPrune(
        HttpRequest request, Func<NetworkDefinition, bool> isUsed, DateTimeOffset now)
    {
        var filters = Filters.Read(request, "label", "label!", "until");
        var before = filters["until"].Select(until => (DateTimeOffset?)QueryTime.Parse("until", until, now)).Min();
        return network => network.Kind == NetworkKind.Defined && !isUsed(network)
            && filters.FitsLabels(network.Labels)
            && !filters["label!"].Any(unwanted => Filters.HasLabel(network.Labels, unwanted))
            && !(network.CreatedAt >= before);
    }

    private static bool IsDangling(NetworkDefinition network, Func<NetworkDefinition, bool> isUsed) =>
        network.Kind != NetworkKind.Predefined && !isUsed(network);

    /// <summary>Whether a text is what is wanted, or fits it as an expression.</summary>
    /// <exception cref="ApiException">It is no expression.</exception>
    public static bool Matches(string text, string wanted)
    {
        try
        {
            return text == wanted || Regex.IsMatch(text, wanted, RegexOptions.NonBacktracking);
        }
        catch (Exception wrong) when (wrong is ArgumentException or NotSupportedException)
        {
            throw new ApiException(StatusCodes.Status400BadRequest, $"invalid filter: '{wanted}'");
        }
    }
}
