using Swarm.Core.Images;

namespace Swarm.Api.Registry.Access;

/// <summary>Whoever sent a request.</summary>
internal abstract record Asker
{
    private Asker()
    {
    }

    /// <summary>Somebody of the cluster by certificate, or on this host, who may do all.</summary>
    public sealed record Trusted : Asker;

    /// <summary>Somebody who has shown a password.</summary>
    public sealed record User(string Name) : Asker;

    /// <summary>Somebody who has shown a token.</summary>
    public sealed record Bearer(RegistryToken Token) : Asker;

    /// <summary>Somebody who has shown nothing.</summary>
    public sealed record Unknown : Asker;

    public RegistryActions For(ImageReference repository, IReadOnlyCollection<RegistryRight> rights) => this switch
    {
        Trusted => RegistryActions.All,
        Bearer bearer => bearer.Token.For(repository.Repository),
        User user => RegistryRight.Of(rights, user.Name, repository),
        _ => RegistryRight.Of(rights, user: null, repository),
    };

    /// <summary>For whom a list is made: a token for lists names no repository, and is its user's.</summary>
    public Asker Lister => this switch
    {
        Bearer { Token.User: { } user } => new User(user),
        Bearer => new Unknown(),
        _ => this,
    };

    /// <summary>Whether it is known who it is, or that it is nobody in particular.</summary>
    public bool IsGreeted => this is not Unknown;
}
