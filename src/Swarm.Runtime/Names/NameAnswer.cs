using System.Collections.Immutable;
using System.Net;

namespace Swarm.Runtime.Names;

/// <summary>What is said to a question.</summary>
internal abstract record NameAnswer
{
    private NameAnswer()
    {
    }

    internal sealed record Addresses(ImmutableArray<IPAddress> All) : NameAnswer;

    /// <summary>The name of an address.</summary>
    internal sealed record Pointer(string Name) : NameAnswer;

    /// <summary>There is such a name, and nothing of what was asked for.</summary>
    internal sealed record Nothing : NameAnswer;

    internal sealed record Failed(ResponseCode Code) : NameAnswer;

    /// <summary>Others have to be asked.</summary>
    internal sealed record Forward : NameAnswer;
}
