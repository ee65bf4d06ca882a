using Swarm.Core.Builds;
using Swarm.Core.Images;
using Swarm.Images.Builds;
using Swarm.Images.Trees;
using Swarm.Runtime.Bundles;

namespace Swarm.Runtime.Builds;

/// <summary>Does the steps of one stage: each makes an image, or finds the one that it made before.</summary>
internal sealed class StepRun(
    BuildSurroundings surroundings, BuildRequest request, IBuildOutput output, StageState begun,
    Func<string?, CancellationToken, Task<OpenedSource>> openSource)
{
    public StageState State { get; private set; } = begun;

    /// <remarks>As in Docker, two blanks follow where only the configuration changes, and else one.</remarks>
    private string NoProgram => $"{string.Join(' ', State.Configuration.Shell)} #(nop) ";

    /// <summary>The triggers of the image below are this stage's, and not of what is built from it.</summary>
    public void DropTriggers() => State = State with
    {
        Configuration = State.Configuration with { Image = State.Configuration.Image with { OnBuild = [] } },
    };

    /// <param name="instruction">As it is written.</param>
    /// <exception cref="DockerfileException">It is wrong.</exception>
    /// <exception cref="BuildException">It failed.</exception>
    public Task DoAsync(Instruction instruction, char escape, CancellationToken cancellation) =>
        DoExpandedAsync(instruction.Expand(escape, State.Find), cancellation);

    public Task DoExpandedAsync(Instruction instruction, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return instruction switch
        {
            Instruction.Run run => RunAsync(run, cancellation),
            Instruction.Copy copy => CopyAsync(copy, cancellation),
            Instruction.WorkingFolder folder => SetFolderAsync(folder, cancellation),
            _ => ConfigureAsync(instruction, cancellation),
        };
    }

    private async Task RunAsync(Instruction.Run run, CancellationToken cancellation)
    {
        var program = State.Configuration.Program(run.Arguments, run.IsShell);
        var arguments = State.ForCache;
        var told = arguments.IsEmpty
            ? string.Join(' ', program)
            : $"|{arguments.Length} {string.Join(' ', arguments)} {string.Join(' ', program)}";
        var key = $"RUN {run.IsShell} {told}";
        if (await FindDoneAsync(key, cancellation)) return;
        var container = new StepContainer(surroundings, request, output);
        State = State with
        {
            Image = await container.RunAsync(State, program, CommitOf(key, told), cancellation),
        };
    }

    private async Task CopyAsync(Instruction.Copy copy, CancellationToken cancellation)
    {
        using var origin = await openSource(copy.Origin, cancellation);
        using var sources = await CopySources.FindAsync(copy, origin, surroundings.Remote, cancellation);
        var owner = copy.Owner is null ? "" : $" --chown={copy.Owner}";
        var told = $"{sources.Word}{owner} {sources.Told} in {copy.Target} ";
        var key = $"{told}{State.Configuration.Image.WorkingDirectory}";
        if (await FindDoneAsync(key, cancellation)) return;
        State = State with
        {
            Image = await InRootAsync(
                root => sources.CopyTo(
                    root, copy, State.Configuration.Image.WorkingDirectory, cancellation),
                CommitOf(key, $"{NoProgram}{told}"), cancellation),
        };
    }

    /// <remarks>Where the folder is missing, it is made, as in Docker.</remarks>
    private async Task SetFolderAsync(Instruction.WorkingFolder folder, CancellationToken cancellation)
    {
        (var next, var told) = State.Configuration.Apply(folder);
        State = State with { Configuration = next };
        if (await FindDoneAsync(told, cancellation)) return;
        State = State with
        {
            Image = await InRootAsync(
                root => root.MakeFolders(next.Image.WorkingDirectory, (0, 0)),
                CommitOf(told, $"{NoProgram}{told}"), cancellation),
        };
    }

    private async Task ConfigureAsync(Instruction instruction, CancellationToken cancellation)
    {
        (var next, var told) = State.Configuration.Apply(instruction);
        State = State with { Configuration = next };
        if (instruction is Instruction.StopSignal stop) CheckSignal(stop.Signal);
        if (instruction is Instruction.Argument argument)
        {
            State = State with
            {
                Arguments = argument.Declared.Aggregate(State.Arguments, (all, one) => all.Declare(one)),
            };
        }

        if (await FindDoneAsync(told, cancellation)) return;
        var image = await ToldAsync(
            () => surroundings.Steps.AddStepAsync(CommitOf(told, $"{NoProgram} {told}"), cancellation));
        State = State with { Image = image.Id };
    }

    private async Task<Digest> InRootAsync(
        Action<BuildRoot> change, ImageCommit commit, CancellationToken cancellation) => await ToldAsync(async () =>
    {
        using var mounted = await MountedRoot.MountAsync(surroundings.Images, State.Image, cancellation);
        await BlockingStep.RunAsync(
            () =>
            {
                using var root = new BuildRoot(mounted.Path);
                change(root);
                return true;
            },
            cancellation);
        return (await surroundings.Images.CommitAsync(mounted.Id, commit, cancellation)).Id;
    });

    private async Task<bool> FindDoneAsync(string key, CancellationToken cancellation)
    {
        if (request.NoCache || surroundings.Steps.FindStep(new BuildStep(State.Image, key)) is not { } done)
            return false;
        await output.WriteAsync(" ---> Using cache\n", cancellation);
        State = State with { Image = done.Id };
        return true;
    }

    private ImageCommit CommitOf(string key, string told) => new(State.Configuration.Image)
    {
        Step = new BuildStep(State.Image, key),
        CreatedBy = told,
    };

    private static void CheckSignal(string signal)
    {
        try
        {
            Signals.Parse(signal);
        }
        catch (ContainerException unknown)
        {
            throw new BuildException(unknown.Message, isInvalid: true, cause: unknown);
        }
    }

    private static async Task<T> ToldAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception refused) when (HostRefusal.Of(refused) is { } told)
        {
            throw new BuildException(told.Message, cause: refused);
        }
    }
}
