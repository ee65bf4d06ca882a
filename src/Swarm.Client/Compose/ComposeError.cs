namespace Swarm.Client.Compose;

/// <summary>One thing wrong in a Compose file, and where. Line and column count from 1.</summary>
public sealed record ComposeError(string File, int Line, int Column, string Message)
{
    /// <summary>As compilers write errors, which editors follow to the place.</summary>
    public override string ToString() => $"{File}:{Line}:{Column}: {Message}";
}
