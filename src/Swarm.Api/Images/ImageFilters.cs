using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Swarm.Api.Http;
using Swarm.Core.Images;
using Swarm.Images;

namespace Swarm.Api.Images;

/// <summary>Which images a list or a prune is about.</summary>
internal static class ImageFilters
{
    private static readonly TimeSpan MatchAtMost = TimeSpan.FromSeconds(1);

    /// <summary>The images to list, newest first, each with the names that fit.</summary>
    /// <exception cref="ApiException">An unknown filter, or an image in one that is not there.</exception>
    public static IEnumerable<(ImageSummary Image, List<ImageReference> Names)> Choose(
        HttpRequest request, IImageStore store, DateTimeOffset now)
    {
        var filters = Filters.Read(request, "dangling", "label", "before", "since", "until", "reference");
        var isDangling = filters.Flag("dangling");
        DateTimeOffset? before = CreatedOf(filters, "before", store), since = CreatedOf(filters, "since", store);
        var until = Until(filters, now);
        var patterns = filters["reference"].Select(Pattern).ToList();
        var all = QueryFlag.IsSet(request.Query["all"]);
        foreach (var image in store.List().OrderByDescending(image => image.Created))
        {
            if (image.IsIntermediate && (!all || isDangling is true)) continue;
            if (isDangling is { } wanted && image.IsDangling != wanted) continue;
            if (!filters.FitsLabels(image.Labels)) continue;
            if (before is not null && !(image.Created < before)) continue;
            if (since is not null && !(image.Created > since)) continue;
            if (until is not null && !(image.Created < until)) continue;

            var names = image.Names.Where(name => Fits(patterns, name)).ToList();
            if (patterns.Count == 0 || names.Count > 0) yield return (image, names);
        }
    }

    /// <summary>What a prune takes: by default what no tag means.</summary>
    /// <exception cref="ApiException">An unknown filter.</exception>
    public static Func<ImageSummary, bool> ToPrune(HttpRequest request, DateTimeOffset now)
    {
        var filters = Filters.Read(request, "dangling", "label", "label!", "until");
        var onlyDangling = filters.Flag("dangling") ?? true;
        var until = Until(filters, now);
        return image => !image.IsIntermediate && (!onlyDangling || image.IsDangling)
            && filters.FitsLabels(image.Labels)
            && !filters["label!"].Any(label => Filters.HasLabel(image.Labels, label))
            && (until is null || image.Created < until);
    }

    /// <summary>Go's patterns: <c>*</c> and <c>?</c> stop at a slash.</summary>
    private static Regex Pattern(string glob)
    {
        var pattern = new StringBuilder("\\A");
        for (var at = 0; at < glob.Length; at++)
        {
            var end = glob[at] == '[' ? glob.IndexOf(']', at) : -1;
            if (end > at)
            {
                var set = glob[(at + 1)..end].Replace("\\", "\\\\", StringComparison.Ordinal)
                    .Replace("[", "\\[", StringComparison.Ordinal);
                pattern.Append('[').Append(set).Append(']');
                at = end;
            }
            else
            {
                pattern.Append(glob[at] switch
                {
                    '*' => "[^/]*",
                    '?' => "[^/]",
                    var other => Regex.Escape(other.ToString()),
                });
            }
        }

        try
        {
            return new Regex(pattern.Append("\\z").ToString(), RegexOptions.NonBacktracking, MatchAtMost);
        }
        catch (ArgumentException)
        {
            throw new ApiException(StatusCodes.Status400BadRequest, $"invalid filter 'reference={glob}'");
        }
    }

    private static bool Fits(List<Regex> patterns, ImageReference name) => patterns.Count == 0 || patterns.Exists(
        pattern => pattern.IsMatch(name.Familiar) || pattern.IsMatch(name.FamiliarRepository));

    private static DateTimeOffset? CreatedOf(Filters filters, string key, IImageStore store) =>
        filters[key] is not [var name, ..] ? null
        : store.Find(name) is { } image ? image.Configuration.Created ?? DateTimeOffset.UnixEpoch
        : throw MissingImage.Tell(name);

    private static DateTimeOffset? Until(Filters filters, DateTimeOffset now) => filters["until"] switch
    {
        [] => null,
        [var one] => QueryTime.Parse("until", one, now),
        _ => throw new ApiException(StatusCodes.Status400BadRequest, "more than one until filter specified"),
    };
}
