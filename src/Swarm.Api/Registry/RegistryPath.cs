namespace Swarm.Api.Registry;

/// <summary>What a path below <c>/v2/</c> is about. Names hold slashes, so a path is read from its end.</summary>
/// <remarks>https://github.com/opencontainers/distribution-spec/blob/main/spec.md#endpoints</remarks>
internal abstract record RegistryPath
{
    private RegistryPath()
    {
    }

    /// <summary>The registry itself.</summary>
    public sealed record Root : RegistryPath;

    /// <summary>Where tokens are given.</summary>
    public sealed record Token : RegistryPath;

    /// <summary>The list of repositories.</summary>
    public sealed record Catalog : RegistryPath;

    /// <summary>Something of a repository.</summary>
    /// <param name="Name">As it was asked for.</param>
    public abstract record InRepository(string Name) : RegistryPath;

    public sealed record Blob(string Name, string Digest) : InRepository(Name);

    public sealed record Uploads(string Name) : InRepository(Name);

    public sealed record Upload(string Name, string Id) : InRepository(Name);

    public sealed record Manifest(string Name, string Reference) : InRepository(Name);

    public sealed record Tags(string Name) : InRepository(Name);

    public sealed record Referrers(string Name, string Digest) : InRepository(Name);

    /// <param name="rest">Behind <c>/v2/</c>.</param>
    /// <returns>Null when there is nothing of this kind.</returns>
    public static RegistryPath? Read(string rest) => rest switch
    {
        "" => new Root(),
        "token" => new Token(),
        "_catalog" => new Catalog(),
        _ => rest.Split('/') switch
        {
            [.. var name, "blobs", "uploads", ""] => new Uploads(Join(name)),
            [.. var name, "blobs", "uploads"] => new Uploads(Join(name)),
            [.. var name, "blobs", "uploads", var id] => new Upload(Join(name), id),
            [.. var name, "blobs", var digest] => new Blob(Join(name), digest),
            [.. var name, "manifests", var reference] => new Manifest(Join(name), reference),
            [.. var name, "tags", "list"] => new Tags(Join(name)),
            [.. var name, "referrers", var digest] => new Referrers(Join(name), digest),
            _ => null,
        },
    };

    private static string Join(string[] parts) => string.Join('/', parts);
}
