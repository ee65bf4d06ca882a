using System.Collections.Immutable;
using Akka.Actor;
using Swarm.Core;
using Swarm.Core.Clients;
using Swarm.Core.Images;
using Swarm.Core.Nodes;

namespace Swarm.Cluster.Copies;

/// <summary>Whom the keeper of an image's copies asks.</summary>
/// <param name="Catalog">Answers <see cref="GetNodes"/>.</param>
/// <param name="Images">Takes every <see cref="IImageMessage"/> to its repository.</param>
/// <param name="FindKeeper">The actor of a node, by the node's address, that has its copies.</param>
internal sealed record CopyNeighbours(IActorRef Catalog, IActorRef Images, Func<string, ICanTell> FindKeeper);

/// <summary>Finds out how it stands with an image now: on every node in reach, and in the cluster's names.</summary>
internal sealed class CopyLook(CopyNeighbours others, Digest image)
{
    // An image has a few names; of one that has hundreds the first are taken.
    private const int NamesMax = 16;

    private static readonly TimeSpan AnswerMax = TimeSpan.FromSeconds(5);

    /// <exception cref="AskTimeoutException">The list of nodes was not given.</exception>
    public async Task<(CopyView View, ImmutableDictionary<NodeId, string> Addresses)> RunAsync()
    {
        var nodes = await ListAsync();
        var asked = await Task.WhenAll(nodes.Select(AskAsync));
        var sites = asked.OfType<CopySite>().ToList();
        // Tags that nodes have come before those that they only know of.
        var names = sites.OrderBy(site => site.Standing.State == CopyState.Owned ? 0 : 1)
            .SelectMany(site => site.Standing.Names).Distinct(StringComparer.Ordinal).Take(NamesMax)
            .Order(StringComparer.Ordinal).ToList();
        var means = await Task.WhenAll(names.Select(MeansAsync));
        var given = names.Select((name, at) => (Name: name, Meaning: means[at]))
            .Where(one => one.Meaning?.ImageId == image).ToList();
        // As long as nobody says by which list a name was given, it may be any.
        var lists = means.Contains(null)
            ? sites.SelectMany(site => site.Standing.Lists)
            : given.Select(one => ListOf(one.Name, one.Meaning!)).OfType<string>();
        return (
            new CopyView(
                [.. sites], [.. given.Select(one => one.Name)],
                sites.Count == nodes.Count && !means.Contains(null))
            {
                Lists = [.. lists.Distinct(StringComparer.Ordinal)],
            },
            nodes.ToImmutableDictionary(node => node.Node.Id, node => node.Node.Address));
    }

    private static string? ListOf(string text, ImageMeaning meaning) => meaning.Manifest is { } manifest
        ? (ImageReference.Parse(text) with { Tag = null, Digest = manifest }).ToString()
        : null;

    /// <summary>Those that give what they have to others.</summary>
    private async Task<List<NodeListing>> ListAsync()
    {
        List<NodeListing> nodes = [];
        for (string? after = ""; after is not null;)
        {
            var page = await others.Catalog.Ask<NodeList>(new GetNodes { After = after }, AnswerMax);
            nodes.AddRange(page.Nodes.Where(node => node.Reachable && node.Node.HttpAddress.Length > 0));
            after = page.Next;
        }

        return nodes;
    }

    private async Task<CopySite?> AskAsync(NodeListing node)
    {
        try
        {
            var standing = await others.FindKeeper(node.Node.Address).Ask<ImageStanding>(
                new GetImageStanding(image), AnswerMax);
            return new CopySite(
                node.Node.Id, node.Settings.Availability == NodeAvailability.Active,
                node.Node.Labels.SetItems(node.Settings.Labels), node.RunningTasks, standing);
        }
        catch (AskTimeoutException)
        {
            return null;
        }
    }

    /// <returns>Null when nobody says.</returns>
    private async Task<ImageMeaning?> MeansAsync(string text)
    {
        if (!ImageReference.TryParse(text, out var name, out _) || name.Tag is not { } tag)
            return new ImageMeaning("", "", null, []);
        try
        {
            return await others.Images.Ask<object>(new GetImage(name.Repository, tag), AnswerMax) as ImageMeaning;
        }
        catch (AskTimeoutException)
        {
            return null;
        }
    }
}
