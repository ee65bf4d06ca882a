using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Swarm.Api.Images;
using Swarm.Core.Images;
using Swarm.Images.Repositories;
using Swarm.Runtime.Images;

namespace Swarm.Api.Registry;

/// <summary>Manifests and tags.</summary>
/// <remarks>https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-manifests</remarks>
internal sealed class ManifestAnswers(HostRegistry registry, IImageNames names)
{
    private const int TagsMax = 32;
    private const int WarningCharactersMax = 300;

    // Of all of them together clients take 4096 bytes.
    private const int WarningsMax = 4096 / (WarningCharactersMax + 10);

    public async Task GetAsync(RegistryCall call, string reference)
    {
        Check(reference, RepositoryFault.ManifestUnknown);
        // What was pushed here and is not told yet is newer than what the cluster knows.
        var isTold = names.IsKept(call.Repository with { Tag = reference, Digest = null });
        var (manifest, brought) = await registry.FindManifestAsync(call.Repository, reference, isTold, call.Aborted);
        if (brought is { } image && RepositoryNames.IsTag(reference))
            await names.NameAsync(call.Repository with { Tag = reference, Digest = null }, image, call.Aborted);

        var response = call.Response;
        response.Headers["Docker-Content-Digest"] = manifest.Digest.Value;
        if (call.Has($"\"{manifest.Digest}\""))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = manifest.MediaType;
        response.ContentLength = manifest.Content.Length;
        if (!call.IsHead) await response.Body.WriteAsync(manifest.Content, call.Aborted);
    }

    public async Task PutAsync(RegistryCall call, string reference)
    {
        Check(reference, RepositoryFault.ManifestInvalid);
        var tags = TagsOf(call, reference);
        if (tags.Length > TagsMax)
        {
            call.Response.StatusCode = StatusCodes.Status414UriTooLong;
            return;
        }

        var content = await BodyReading.ReadAsync(
            call.Request, NodeRegistryOptions.ManifestBytesMax, call.Aborted);
        var pushed = await registry.PutManifestAsync(
            call.Repository, reference, tags, call.Request.ContentType ?? "", content);

        // From here on it is kept: what the cluster does not take now it is told again.
        var warnings = new List<string>();
        if (pushed.Warning is { } warning) warnings.Add(warning);
        if (pushed.Image is { } image)
        {
            foreach (var tag in pushed.Tags)
                Add(await names.NameAsync(tag, image, pushed.Digest, CancellationToken.None));
        }

        foreach (var taken in pushed.Unnamed)
            Add(await names.UnnameAsync(taken.Name, taken.Image, CancellationToken.None));
        Show(call, pushed, tags, warnings);

        void Add(string? reason)
        {
            if (reason is not null) warnings.Add($"the cluster does not know the name yet: {reason}");
        }
    }

    public async Task DeleteAsync(RegistryCall call, string reference)
    {
        Check(reference, RepositoryFault.ManifestUnknown);
        var unnamed = registry.Repositories.RemoveManifest(call.Repository, reference);
        foreach (var taken in unnamed) await names.UnnameAsync(taken.Name, taken.Image, CancellationToken.None);
        call.Response.StatusCode = StatusCodes.Status202Accepted;
    }

    private static void Show(
        RegistryCall call, PushedManifest pushed, ImmutableArray<string> tags, List<string> warnings)
    {
        var headers = call.Response.Headers;
        call.Response.StatusCode = StatusCodes.Status201Created;
        headers.Location = $"/v2/{call.Name}/manifests/{pushed.Digest}";
        headers["Docker-Content-Digest"] = pushed.Digest.Value;
        if (pushed.Subject is { } subject) headers["OCI-Subject"] = subject;
        if (!tags.IsEmpty) headers["OCI-Tag"] = tags.ToArray();
        if (warnings.Count == 0) return;
        headers.Warning = warnings.Select(text => $"299 - \"{Plain(text)}\"").Distinct().Take(WarningsMax).ToArray();
    }

    // More tags come with a digest only; a tag is one itself.
    private static ImmutableArray<string> TagsOf(RegistryCall call, string reference)
    {
        if (!Digest.TryParse(reference, out _)) return [];
        ImmutableArray<string> tags = [.. call.Request.Query["tag"].OfType<string>().Distinct()];
        foreach (var tag in tags)
        {
            if (!RepositoryNames.IsTag(tag)) throw NoTag(tag, RepositoryFault.ManifestInvalid);
        }

        return tags;
    }

    private static void Check(string reference, RepositoryFault fault)
    {
        if (reference.Contains(':', StringComparison.Ordinal))
        {
            if (fault == RepositoryFault.ManifestUnknown) RepositoryNames.Digest(reference, fault);
            else RepositoryNames.Digest(reference);
        }
        else if (!RepositoryNames.IsTag(reference)) throw NoTag(reference, fault);
    }

    private static RepositoryException NoTag(string text, RepositoryFault fault) => new(
        fault, $"'{(text.Length <= WarningCharactersMax ? text : text[..WarningCharactersMax])}' is no tag");

    // As a header takes it.
    private static string Plain(string text)
    {
        var plain = new string([.. text.Select(c => c is >= ' ' and < (char)127 and not ('"' or '\\') ? c : '\'')]);
        return plain.Length <= WarningCharactersMax ? plain : plain[..WarningCharactersMax];
    }
}
