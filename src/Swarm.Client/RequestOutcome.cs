namespace Swarm.Client;

/// <summary>What becomes of a request.</summary>
internal sealed class RequestOutcome
{
    private volatile string? _lateBecause;

    public TaskCompletionSource<object> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>A node's words on why it could not be answered yet; null when no node said anything.</summary>
    public string? LateBecause
    {
        get => _lateBecause;
        set => _lateBecause = value;
    }
}
